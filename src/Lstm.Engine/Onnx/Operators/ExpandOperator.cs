namespace Lstm.Engine.Onnx.Operators;

/// <summary>Expand, opset 8 on: repeats values along axes of size 1.</summary>
internal sealed class ExpandOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Expand"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        node.Set(0, Broadcast.To(node.Plan, data, Broadcast.Shape(data.Shape, node.Numbers(1, "shape"))));
    }
}
