using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// TopK, opset 1 on: the k largest or smallest values along a fixed axis, sorted, of equal ones the first, and their places. k is an attribute up
/// to opset 9 and a constant input after.
/// </summary>
internal sealed class TopKOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["TopK"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Signal(0);
        int axis = NodeContext.Axis(node.Attributes.Int("axis", -1), x.Shape.Length);
        bool largest = node.Attributes.Int("largest", 1) != 0;
        long k = node.Attributes.Has("k") ? node.Attributes.Int("k", 0) : node.Integers(1, "k") is [var given] ? given : throw NodeFaultException.Wrong("k is missing.");
        int[] members = Groups.Along(x.Shape, [axis], out int size);
        if (k < 1 || k > size)
        {
            throw NodeFaultException.Wrong($"k is {k}; expected 1 to {size}, the size of axis {axis}.");
        }
        if (node.Attributes.Int("sorted", 1) == 0)
        {
            throw new NodeFaultException("sorted is 0, which leaves the order open; expected 1.");
        }
        Dim[] shape = [.. x.Shape];
        shape[axis] = new Dim(k);
        // Where the results of a group go: they lie as they do in the result, not group by group.
        int[] places = Groups.Along(shape, [axis], out _);
        (int values, int indices) = (node.Plan.Allocate(places.Length), node.Plan.Allocate(places.Length));
        node.Plan.Add(() => new TopKLayerSpec(x.Offset, values, indices, members, places, size, (int)k, largest), (long)members.Length * k);
        node.Set(0, x.At(values) with { Shape = shape });
        node.Set(1, x.At(indices) with { Shape = shape, Type = ElementType.Int64 });
    }
}
