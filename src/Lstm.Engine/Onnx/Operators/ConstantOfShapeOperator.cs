namespace Lstm.Engine.Onnx.Operators;

/// <summary>ConstantOfShape, opset 9 on: how exporters write zero states.</summary>
internal sealed class ConstantOfShapeOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["ConstantOfShape"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        Dim[] shape = node.Numbers(0, "shape");
        if (shape.Any(static d => d.Size < 0))
        {
            throw new NodeFaultException($"the shape {Dims.Describe(shape)} is negative.");
        }
        Dims.CheckCount(shape);
        Tensor value = node.Attributes.Tensor("value") ?? Tensor.Of([1], [0f]);
        if (value.Count != 1)
        {
            throw new NodeFaultException($"its value holds {value.Count} values; expected one.");
        }
        node.Set(0, new ConstantValue(shape, value.Rearrange([.. shape.Select(static d => (int)d.Size)], new int[Dims.Count(shape)])));
    }
}
