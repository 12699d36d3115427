namespace Lstm.Engine.Onnx.Operators;

/// <summary>Unsqueeze, opset 1 on: axes as an attribute up to 12, as an input from 13.</summary>
internal sealed class UnsqueezeOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Unsqueeze"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        long[] axes = node.Attributes.Ints("axes") ?? node.Integers(1, "axes") ?? throw new NodeFaultException("axes are missing.");
        int rank = data.Shape.Length + axes.Length;
        HashSet<int> added = [.. axes.Select(a => NodeContext.Axis(a, rank))];
        if (added.Count != axes.Length)
        {
            throw new NodeFaultException($"axes [{string.Join(", ", axes)}] name an axis twice.");
        }
        int next = 0;
        node.Set(0, Movement.Reshape(data, [.. Enumerable.Range(0, rank).Select(axis => added.Contains(axis) ? new Dim(1) : data.Shape[next++])]));
    }
}
