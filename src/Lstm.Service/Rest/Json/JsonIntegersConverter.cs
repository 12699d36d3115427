using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lstm.Service.Rest.Json;

/// <summary>Reads and writes whole numbers.</summary>
internal sealed class JsonIntegersConverter : JsonConverter<JsonIntegers>
{
    // The largest that a reader who takes numbers for float64 still reads exactly.
    private const long MostAsNumber = 1L << 53;

    /// <inheritdoc/>
    public override JsonIntegers Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new WrongFieldException("", "a list of whole numbers, or a list of such lists", Describe(ref reader));
        var values = new List<long>();
        List<int>? rows = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            ReadRow(ref reader, values, "");
            return new([.. values]);
        }

        for (rows = []; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new WrongFieldException($"[{rows.Count}]", "a list of whole numbers like the ones before", Describe(ref reader));
            reader.Read();
            rows.Add(ReadRow(ref reader, values, $"[{rows.Count}]"));
        }

        return new([.. values], rows);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JsonIntegers value, JsonSerializerOptions options)
    {
        ReadOnlySpan<long> values = value.Values;
        if (value.RowLengths is null)
        {
            WriteRow(writer, values);
            return;
        }

        writer.WriteStartArray();
        foreach (int length in value.RowLengths)
        {
            WriteRow(writer, values[..length]);
            values = values[length..];
        }

        writer.WriteEndArray();
    }

    private static int ReadRow(ref Utf8JsonReader reader, List<long> values, string row)
    {
        int start = values.Count;
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
            values.Add(ReadInteger(ref reader, $"{row}[{values.Count - start}]"));
        return values.Count - start;
    }

    private static long ReadInteger(ref Utf8JsonReader reader, string place)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number))
            return number;
        if (reader.TokenType == JsonTokenType.String && long.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
            return number;
        throw new WrongFieldException(place, $"a whole number from {long.MinValue} to {long.MaxValue}, as a number or a text", Describe(ref reader));
    }

    private static void WriteRow(Utf8JsonWriter writer, ReadOnlySpan<long> row)
    {
        writer.WriteStartArray();
        foreach (long value in row)
        {
            if (value is >= -MostAsNumber and <= MostAsNumber)
                writer.WriteNumberValue(value);
            else
                writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }

        writer.WriteEndArray();
    }

    private static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => $"the text '{reader.GetString()}'",
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        _ => WrongFieldException.NameOf(reader.TokenType),
    };
}
