namespace Lstm.Engine.Onnx.Operators;

/// <summary>Squeeze, opset 1 on: axes as an attribute up to 12, as an input from 13; without axes all those of size 1.</summary>
internal sealed class SqueezeOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Squeeze"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        int rank = data.Shape.Length;
        long[]? axes = node.Attributes.Ints("axes") ?? node.Integers(1, "axes");
        HashSet<int> dropped = axes is null
            ? [.. data.Shape.Index().Where(static d => d.Item is { IsStatic: true, Size: 1 }).Select(static d => d.Index)]
            : [.. axes.Select(a => NodeContext.Axis(a, rank))];
        foreach (int axis in dropped)
        {
            if (data.Shape[axis] is not { IsStatic: true, Size: 1 })
            {
                throw new NodeFaultException($"axis {axis} of {Dims.Describe(data.Shape)} cannot be squeezed; expected size 1 whatever the sequence and the batch.");
            }
        }
        node.Set(0, Movement.Reshape(data, [.. data.Shape.Where((_, axis) => !dropped.Contains(axis))]));
    }
}
