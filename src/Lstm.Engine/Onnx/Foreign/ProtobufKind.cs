namespace Lstm.Engine.Onnx.Foreign;

/// <summary>Models that are Protocol Buffers messages as ONNX is, of another schema.</summary>
internal static class ProtobufKind
{
    private const byte Field1Number = 0x08;
    private const byte Field1Bytes = 0x0a;
    private const byte Field2Bytes = 0x12;

    /// <summary>Recognises the first fields of a message.</summary>
    public static FileKind? Find(ReadOnlySpan<byte> head)
    {
        if (head.Length < 4)
        {
            return null;
        }
        // SavedModel: its version, 1, and a MetaGraphDef, whose first field is a MetaInfoDef. CoreML: its version, and a description, whose first field
        // describes an input, name first. ONNX has the producer's name in field 2, which is text.
        if (head[0] == Field1Number && head[1] < 0x80 && head[2] == Field2Bytes && Inside(head, 3) is { IsEmpty: false } second && second[0] == Field1Bytes
            && Inside(second, 1) is { IsEmpty: false } inner)
        {
            return StartsWithName(inner)
                ? new("a Core ML model", "It cannot be turned back; " + Advices.ExportOriginal)
                : head[1] == 1 ? new("a TensorFlow SavedModel (saved_model.pb)", Advices.SavedModel) : null;
        }
        // GraphDef: nodes, each a name and an operator.
        return head[0] == Field1Bytes && Inside(head, 1) is { IsEmpty: false } node && StartsWithName(node) && After(node) is { IsEmpty: false } rest && rest[0] == Field2Bytes
            ? new("a TensorFlow graph (GraphDef)", Advices.GraphDef)
            : null;
    }

    // What follows a length, as far as it was read.
    private static ReadOnlySpan<byte> Inside(ReadOnlySpan<byte> bytes, int start)
    {
        for (int n = start; n < bytes.Length && n < start + 5; n++)
        {
            if (bytes[n] < 0x80)
            {
                return bytes[(n + 1)..];
            }
        }
        return default;
    }

    private static bool StartsWithName(ReadOnlySpan<byte> message) =>
        message.Length > 2 && message[0] == Field1Bytes && message[1] is > 0 and < 0x80 && message.Length >= 2 + message[1]
        && !message.Slice(2, message[1]).ContainsAnyExceptInRange((byte)' ', (byte)'~');

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> message) => message[(2 + message[1])..];
}
