namespace Lstm.Engine.Onnx.Operators;

/// <summary>Concat, opset 4 on: along any axis but time and batch.</summary>
internal sealed class ConcatOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Concat"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue[] inputs = [.. Enumerable.Range(0, node.InputCount).Select(node.Input)];
        if (inputs.Length == 0)
        {
            throw new NodeFaultException("it has no input; expected at least one.");
        }
        int axis = NodeContext.Axis(node.Attributes.Int("axis", 0), inputs[0].Shape.Length);
        node.Set(0, Movement.Concatenate(node.Plan, inputs, axis));
    }
}
