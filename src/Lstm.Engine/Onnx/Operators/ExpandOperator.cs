namespace Lstm.Engine.Onnx.Operators;

/// <summary>Expand, opset 8 on: repeats values along axes of size 1.</summary>
internal sealed class ExpandOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Expand"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        Dim[] wanted = node.Numbers(1, "shape");
        TracedValue data = FixedBatch.Fit(node.Plan, node.Input(0), wanted);
        if (data is SignalValue { LastStep: true } && node.Plan.RepeatsAreTime)
        {
            wanted = [.. wanted.Select((d, axis) => d.IsStatic && AxisOf(data, wanted, axis) is { IsOne: true } && node.Plan.TryTakeForLength(d.Size) ? Dim.T : d)];
        }
        node.Set(0, Broadcast.To(node.Plan, data, Broadcast.Shape(data.Shape, wanted)));
    }

    private static Dim AxisOf(TracedValue data, Dim[] wanted, int axis) =>
        axis - (wanted.Length - data.Shape.Length) is >= 0 and var mine && mine < data.Shape.Length ? data.Shape[mine] : new Dim(1);
}
