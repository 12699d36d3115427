using System.Globalization;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.External;

/// <summary>Where a tensor says that its values are: the keys of its external_data, read and checked as far as that goes without the file.</summary>
/// <param name="Location">Path of the file, from the folder of the .onnx file on.</param>
/// <param name="Offset">Where in the file its values begin, in bytes.</param>
/// <param name="Length">How many bytes they are; null when it is not said: all the rest of the file.</param>
/// <param name="Checksum">SHA-1 of the whole file, 40 hexadecimal digits; null when it is not said.</param>
internal sealed record ExternalEntry(string Location, long Offset, long? Length, string? Checksum)
{
    private const int ChecksumDigits = 40;

    /// <summary>Whether a tensor says anything of another file.</summary>
    /// <param name="proto">The tensor.</param>
    /// <returns>True also when it contradicts itself, which <see cref="Read"/> refuses.</returns>
    public static bool IsIn(TensorProto proto) => proto.DataLocation == TensorProto.Types.DataLocation.External || proto.ExternalData.Count > 0;

    /// <summary>Reads the keys of a tensor that <see cref="IsIn"/> is true of.</summary>
    /// <param name="proto">The tensor.</param>
    /// <returns>What they say.</returns>
    /// <exception cref="NodeFaultException">A key is unknown, there twice or missing, a value is not what it should be, or the tensor is stored in two places.</exception>
    public static ExternalEntry Read(TensorProto proto)
    {
        if (proto.DataLocation != TensorProto.Types.DataLocation.External)
        {
            throw Fault(proto, "it names another file in external_data, but its data_location is not EXTERNAL; save the model again.");
        }
        if (HasValues(proto))
        {
            throw Fault(proto, "its data_location is EXTERNAL, but it holds values as well; save the model again.");
        }
        var values = new Dictionary<string, string>();
        foreach (StringStringEntryProto entry in proto.ExternalData)
        {
            if (entry.Key is not ("location" or "offset" or "length" or "checksum"))
            {
                throw Fault(proto, $"its external_data has the key '{entry.Key}'; expected location, offset, length or checksum.");
            }
            if (!values.TryAdd(entry.Key, entry.Value))
            {
                throw Fault(proto, $"its external_data has the key '{entry.Key}' twice; expected it once.");
            }
        }
        string location = values.GetValueOrDefault("location") ?? throw Fault(proto, "its external_data names no location; expected the path of a file, from the model's folder on.");
        return new ExternalEntry(location, ReadNumber(proto, values, "offset") ?? 0, ReadNumber(proto, values, "length"), ReadChecksum(proto, values));
    }

    /// <summary>How a tensor with such a fault is reported.</summary>
    /// <param name="proto">The tensor.</param>
    /// <param name="reason">Expected, found, what to do.</param>
    /// <returns>The exception.</returns>
    public static NodeFaultException Fault(TensorProto proto, string reason) =>
        NodeFaultException.Wrong($"tensor '{proto.Name}' is stored in another file (external data): {reason}");

    private static bool HasValues(TensorProto proto) =>
        proto.HasRawData || proto.FloatData.Count + proto.Int32Data.Count + proto.Int64Data.Count + proto.DoubleData.Count + proto.Uint64Data.Count > 0;

    private static long? ReadNumber(TensorProto proto, Dictionary<string, string> values, string key)
    {
        if (!values.TryGetValue(key, out string? text))
        {
            return null;
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw Fault(proto, $"its {key} is '{text}'; expected a whole number of bytes that is not negative.");
    }

    private static string? ReadChecksum(TensorProto proto, Dictionary<string, string> values)
    {
        if (!values.TryGetValue("checksum", out string? text))
        {
            return null;
        }
        return text.Length == ChecksumDigits && text.All(char.IsAsciiHexDigit)
            ? text
            : throw Fault(proto, $"its checksum is '{text}'; expected the SHA-1 of the file in {ChecksumDigits} hexadecimal digits.");
    }
}
