namespace Lstm.Engine.Onnx.Operators;

/// <summary>Constant, opset 1 on: value, value_int, value_ints, value_float, value_floats.</summary>
internal sealed class ConstantOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Constant"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        NodeAttributes a = node.Attributes;
        Tensor tensor = a.Tensor("value")
            ?? (a.Ints("value_ints") is { } integers ? Tensor.Of([integers.Length], integers) : null)
            ?? (a.Floats("value_floats") is { } floats ? Tensor.Of([floats.Length], floats) : null)
            ?? (a.Has("value_int") ? Tensor.Of([], [a.Int("value_int", 0)]) : null)
            ?? (a.Has("value_float") ? Tensor.Of([], [a.Float("value_float", 0f)]) : null)
            ?? throw new NodeFaultException("it has no value; expected value, value_int, value_ints, value_float or value_floats.");
        node.Set(0, new ConstantValue(tensor));
    }
}
