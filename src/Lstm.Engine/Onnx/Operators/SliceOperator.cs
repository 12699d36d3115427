namespace Lstm.Engine.Onnx.Operators;

/// <summary>Slice, opset 1 on: starts, ends, axes as attributes up to 9, as inputs with steps from 10.</summary>
internal sealed class SliceOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Slice"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        long[] starts = node.Attributes.Ints("starts") ?? ReadStarts(node);
        Dim[] ends = node.Attributes.Ints("ends") is { } given ? [.. given.Select(static n => new Dim(n))] : node.Numbers(2, "ends");
        long[] axes = node.Attributes.Ints("axes") ?? node.Integers(3, "axes") ?? [.. Enumerable.Range(0, starts.Length).Select(static n => (long)n)];
        long[] steps = node.Integers(4, "steps") ?? [.. starts.Select(static _ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
        {
            throw new NodeFaultException($"starts, ends, axes and steps have {starts.Length}, {ends.Length}, {axes.Length} and {steps.Length} entries; expected as many of each.");
        }
        Dim[] shape = [.. data.Shape];
        int[] first = new int[shape.Length];
        int[] stride = [.. shape.Select(static _ => 1)];
        bool lastStep = false;
        for (int n = 0; n < starts.Length; n++)
        {
            int axis = NodeContext.Axis(axes[n], shape.Length);
            if (!shape[axis].IsStatic)
            {
                lastStep |= SliceSymbol(node, ref data, shape, axis, starts[n], ends[n], steps[n]);
                continue;
            }
            if (!ends[n].IsStatic || steps[n] == 0)
            {
                throw new NodeFaultException($"the slice from {starts[n]} to {ends[n]} by {steps[n]} on axis {axis} is not fixed; expected numbers that do not depend on sequence or batch.");
            }
            (long start, long count) = Range(starts[n], ends[n].Size, steps[n], shape[axis].Size);
            first[axis] = (int)start;
            stride[axis] = (int)steps[n];
            shape[axis] = new Dim(count);
        }
        int[] strides = Dims.Strides(data.Shape);
        int[] source = Dims.Map(shape, index => index.Index().Sum(i => strides[i.Index] * (first[i.Index] + (i.Item * stride[i.Index]))));
        node.Set(0, Movement.Apply(node.Plan, data, shape, source, lastStep));
    }

    // T − 1 is the last timestep, from the end on.
    private static long[] ReadStarts(NodeContext node) => node.Optional(1) is { } given && NodeContext.TryNumbers(given, out Dim[]? numbers) && numbers.Contains(Dim.LastOfT)
        ? [.. numbers.Select(static d => d == Dim.LastOfT ? -1 : d.IsStatic ? d.Size : throw new NodeFaultException($"starts (input 1) has {d}; expected fixed numbers, or T-1."))]
        : node.Integers(1, "starts") ?? throw new NodeFaultException("starts are missing.");

    // Along time or batch: everything, the last or the first step, or what lies beyond the last one. Returns whether it is the last step.
    private static bool SliceSymbol(NodeContext node, ref TracedValue data, Dim[] shape, int axis, long start, Dim end, long step)
    {
        Dim along = shape[axis];
        bool toTheEnd = end == along || (end.IsStatic && (end.Size >= int.MaxValue || (along == Dim.T && node.Plan.TryTakeForLength(end.Size))));
        if (step == 1 && start == 0 && toTheEnd)
        {
            return false;
        }
        if (step == 1 && start == -1 && toTheEnd && along == Dim.T)
        {
            shape[axis] = new Dim(1);
            return true;
        }
        if (step == 1 && start == 0 && end is { IsStatic: true, Size: 1 } && along == Dim.T && data is SignalValue { LastStep: false } sequence)
        {
            data = Movement.FromFirstTimestep(node.Plan, sequence);
            shape[axis] = new Dim(1);
            return true;
        }
        if (step == -1 && along == Dim.T && start == -1 && end is { IsStatic: true, Size: <= int.MinValue } && data is SignalValue { LastStep: false } forward)
        {
            data = Movement.Reverse(node.Plan, forward);
            return false;
        }
        // What a convolution padded on both sides has too much.
        bool cutsTrail = along.Trail > 0 && ((end.IsStatic && end.Size == -along.Trail) || end == along with { Trail = 0 });
        if (step == 1 && start == 0 && cutsTrail)
        {
            shape[axis] = along with { Trail = 0 };
            return false;
        }
        // What was padded before the sequence and is as long as it again: the sequence some timesteps late, or early.
        if (step == 1 && along.IsPadded && data is SignalValue { LastStep: false, Padding: { } padding } padded && RestOf(along, start, end) is { } ahead)
        {
            data = Movement.Shift(node.Plan, padded, axis, ahead, padding);
            shape[axis] = Dim.T;
            return false;
        }
        throw new NodeFaultException($"the slice from {start} to {end} by {step} runs along {along}; only the whole axis, forward or backward, the first or the last timestep can be taken.");
    }

    // How many timesteps ahead of its own each timestep of a slice takes its values; null unless the slice is T long.
    private static int? RestOf(Dim padded, long start, Dim end)
    {
        int more = padded.Lead + padded.Trail;
        long? last = end == padded || end is { IsStatic: true, Size: >= int.MaxValue } ? more
            : end.IsStatic && end.Size < 0 ? end.Size + more
            : end == Dim.T with { Trail = end.Trail } ? end.Trail
            : null;
        return start >= 0 && start <= more && last == start ? (int)start - padded.Lead : null;
    }

    private static (long Start, long Count) Range(long start, long end, long step, long size)
    {
        start = Math.Clamp(start < 0 ? start + size : start, 0, step > 0 ? size : size - 1);
        end = Math.Clamp(end < 0 ? end + size : end, step > 0 ? 0 : -1, size);
        long span = step > 0 ? end - start : start - end;
        return (start, Math.Max(0, (span + Math.Abs(step) - 1) / Math.Abs(step)));
    }
}
