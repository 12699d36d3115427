namespace Lstm.Engine.Onnx;

/// <summary>One ONNX operator: how it is folded, and what it becomes in a step.</summary>
internal abstract class Operator
{
    /// <summary>Its domain in the file; "" for ONNX's own.</summary>
    public virtual string Domain => "";

    /// <summary>The names it goes by, op_type in the file.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Checks a node and gives its outputs: folded, or as layers of the plan.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="NodeFaultException">The node cannot be honoured; says why.</exception>
    public abstract void Trace(NodeContext node);
}
