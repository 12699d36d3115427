namespace Lstm.Engine.Onnx.Operators;

/// <summary>Tile, opset 6 on: repeats values along axes that are neither time nor batch; a value of the last timestep over time (Keras' RepeatVector).</summary>
internal sealed class TileOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Tile"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        Dim[] repeats = node.Numbers(1, "repeats");
        if (repeats.Length != data.Shape.Length)
        {
            throw NodeFaultException.Wrong($"repeats has {repeats.Length} entries for {data.Shape.Length} axes; expected one an axis.");
        }
        Dim[] shape = [.. data.Shape];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            bool overTime = shape[axis].IsOne && data is SignalValue { LastStep: true } && !Dims.HasTime(shape)
                && (repeats[axis] == Dim.T || (node.Plan.RepeatsAreTime && repeats[axis].IsStatic && node.Plan.TryTakeForLength(repeats[axis].Size)));
            shape[axis] = overTime ? Dim.T : Repeat(shape[axis], repeats[axis], axis);
        }
        Dims.CheckCount(shape);
        if (data is SignalValue { LastStep: true } last && Dims.HasTime(shape))
        {
            data = Movement.ToEveryTimestep(node.Plan, last);
        }
        int[] strides = Dims.Strides(data.Shape);
        node.Set(0, Movement.Apply(node.Plan, data, shape, Dims.Map(shape, index => index.Index().Sum(i => strides[i.Index] * (i.Item % (int)data.Shape[i.Index].Size)))));
    }

    private static Dim Repeat(Dim dim, Dim times, int axis)
    {
        if (times.IsOne)
        {
            return dim;
        }
        if (dim.IsOne)
        {
            return times;
        }
        return dim.IsStatic && times is { IsStatic: true, Size: >= 0 }
            ? new Dim(checked(dim.Size * times.Size))
            : throw new NodeFaultException($"it repeats {dim} {times} times on axis {axis}; expected a fixed number on a fixed axis.");
    }
}
