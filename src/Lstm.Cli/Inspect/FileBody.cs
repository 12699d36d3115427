using Lstm.Engine;

namespace Lstm.Cli.Inspect;

/// <summary>What a file says of itself.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Fingerprint">SHA-256, hexadecimal.</param>
/// <param name="Producer">Who wrote it.</param>
/// <param name="IrVersion">Of the file format.</param>
/// <param name="Opset">Of the ONNX operator set; null for none.</param>
/// <param name="Operators">Those that it uses, the most used first.</param>
internal sealed record FileBody(long Bytes, string Fingerprint, string Producer, long IrVersion, long? Opset, OperatorBody[] Operators)
{
    /// <summary>Describes a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The body.</returns>
    public static FileBody From(FileSummary file) => new(
        file.Bytes, file.Fingerprint, file.Producer, file.IrVersion, file.Opset,
        [.. file.Operators.Select(static o => new OperatorBody(o.Name, o.Nodes.Count, o.IsNative, o.IsNative ? [] : o.Nodes))]);
}

/// <summary>An operator.</summary>
/// <param name="Name">op_type.</param>
/// <param name="Count">Nodes that use it.</param>
/// <param name="Native">Whether the native engine knows it.</param>
/// <param name="Nodes">Those nodes, when it does not.</param>
internal sealed record OperatorBody(string Name, int Count, bool Native, IReadOnlyList<string> Nodes);
