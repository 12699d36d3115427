namespace Lstm.Engine.Onnx;

/// <summary>A node cannot be traced; caught by the tracer, which goes on with the nodes that do not depend on it.</summary>
/// <param name="reason">Expected, found, what to do.</param>
/// <param name="kind">What stands behind it.</param>
internal sealed class NodeFaultException(string reason, ModelFaultKind kind = ModelFaultKind.Unsupported) : Exception(reason)
{
    /// <summary>What stands behind it.</summary>
    public ModelFaultKind Kind { get; } = kind;

    /// <summary>The file is damaged or contradicts itself.</summary>
    /// <param name="reason">Expected, found, what to do.</param>
    /// <returns>The exception.</returns>
    public static NodeFaultException Wrong(string reason) => new(reason, ModelFaultKind.Wrong);

    /// <summary>It can be done over a whole sequence only.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The exception.</returns>
    public static NodeFaultException NotStreamable(string reason) => new(reason, ModelFaultKind.NotStreamable);
}
