namespace Lstm.Engine;

/// <summary>How a file uses an operator.</summary>
/// <param name="Name">op_type, behind its domain and a colon when the domain is not ONNX's own.</param>
/// <param name="IsNative">Whether the native engine knows it; an attribute or a shape can still be refused.</param>
/// <param name="Nodes">The nodes, in the file's order, those within other nodes included: their names, or the names of their first outputs.</param>
public sealed record OperatorUse(string Name, bool IsNative, IReadOnlyList<string> Nodes);
