namespace Lstm.Engine.Onnx.Operators;

/// <summary>ConstantOfShape, opset 9 on: how exporters write zero states.</summary>
internal sealed class ConstantOfShapeOperator : Operator
{
    // A zero state of a thousand layers of a thousand units; what asks for more is damaged.
    private const long MaxCount = 1 << 24;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["ConstantOfShape"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        Dim[] shape = node.Numbers(0, "shape");
        long count = 1;
        foreach (Dim dim in shape)
        {
            if (dim.Size < 0 || dim.Size > MaxCount || (count *= dim.Size) > MaxCount)
            {
                throw new NodeFaultException($"the shape {Dims.Describe(shape)} is negative or holds more than {MaxCount} values.");
            }
        }
        Tensor value = node.Attributes.Tensor("value") ?? Tensor.Of([1], [0f]);
        if (value.Count != 1)
        {
            throw new NodeFaultException($"its value holds {value.Count} values; expected one.");
        }
        node.Set(0, new ConstantValue(shape, value.Rearrange([.. shape.Select(static d => (int)d.Size)], new int[count])));
    }
}
