namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Pad, opset 2 on: pads as an attribute up to 10, as an input from 11, axes from 18. Along fixed axes modes constant, reflect, edge and
/// wrap; along time constant only, for the convolution, pooling or slice that follows, or as many timesteps put on one side as are cut off on the other.
/// </summary>
internal sealed class PadOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Pad"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        int rank = data.Shape.Length;
        string mode = node.Attributes.Text("mode", "constant");
        (long Before, long After)[] pads = ReadPads(node, rank);
        float fill = node.Attributes.Has("value") ? node.Attributes.Float("value", 0f) : node.Optional(2) is null ? 0f : node.Constant(2, "constant_value").ToFloats()[0];
        for (int axis = 0; axis < rank; axis++)
        {
            if (!data.Shape[axis].IsStatic && pads[axis] != default)
            {
                data = PadTime(node, data, axis, pads[axis], mode, fill);
                pads[axis] = default;
            }
        }
        node.Set(0, pads.All(static p => p == default) ? data : PadFixed(node, data, pads, mode, fill));
    }

    private static (long, long)[] ReadPads(NodeContext node, int rank)
    {
        long[] pads = node.Attributes.Ints("pads") ?? node.Integers(1, "pads") ?? throw NodeFaultException.Wrong("pads are missing.");
        int[] axes = node.Integers(3, "axes") is { } given ? [.. given.Select(a => NodeContext.Axis(a, rank))] : [.. Enumerable.Range(0, rank)];
        if (pads.Length != 2 * axes.Length)
        {
            throw NodeFaultException.Wrong($"pads has {pads.Length} entries for {axes.Length} axes; expected two an axis.");
        }
        var result = new (long, long)[rank];
        foreach ((int n, int axis) in axes.Index())
        {
            result[axis] = (pads[n], pads[n + axes.Length]);
        }
        return result;
    }

    private static SignalValue PadTime(NodeContext node, TracedValue data, int axis, (long Before, long After) pads, string mode, float fill)
    {
        Dim time = data.Shape[axis];
        if (data is not SignalValue { LastStep: false } signal || time.Symbols != "T" || mode != "constant" || time.IsPadded || (pads.Before + pads.After != 0 && (pads.Before < 0 || pads.After < 0)))
        {
            throw new NodeFaultException($"it pads {data.Kind} by {pads.Before} and {pads.After} along {time} in mode '{mode}'; along time only constants can be put before and after, once.");
        }
        if (pads.Before + pads.After == 0)
        {
            return Movement.Shift(node.Plan, signal, axis, checked((int)-pads.Before), fill);
        }
        Dim[] shape = [.. signal.Shape];
        shape[axis] = time with { Lead = checked((int)pads.Before), Trail = checked((int)pads.After) };
        return signal with { Shape = shape, Padding = fill, StateOrigin = null };
    }

    private static TracedValue PadFixed(NodeContext node, TracedValue data, (long Before, long After)[] pads, string mode, float fill)
    {
        Dim[] shape = [.. data.Shape.Select((d, axis) => pads[axis] == default ? d : new Dim(checked(d.Size + pads[axis].Before + pads[axis].After)))];
        if (shape.Any(static d => d.Size < 0) || !(mode is "constant" or "reflect" or "edge" or "wrap"))
        {
            throw NodeFaultException.Wrong($"it pads {Dims.Describe(data.Shape)} to {Dims.Describe(shape)} in mode '{mode}'; expected sizes that are not negative, and constant, reflect, edge or wrap.");
        }
        Dims.CheckCount(shape);
        int[] strides = Dims.Strides(data.Shape);
        int outside = Dims.Count(data.Shape);
        int[] source = Dims.Map(shape, index =>
        {
            int place = 0;
            for (int axis = 0; axis < index.Length; axis++)
            {
                int? at = SourceOf(index[axis] - (int)pads[axis].Before, (int)data.Shape[axis].Size, mode);
                if (at is null)
                {
                    return outside;
                }
                place += at.Value * strides[axis];
            }
            return place;
        });
        if (source.All(place => place != outside))
        {
            return Movement.Apply(node.Plan, data, shape, source);
        }
        // The padding is one more value after those of the data.
        TracedValue flat = Movement.Reshape(data, [.. data.Shape.Where(static d => !d.IsStatic), new Dim(outside)]);
        Tensor filling = Tensor.Of([.. flat.Shape.Select(static _ => 1)], [fill]);
        TracedValue one = Broadcast.To(node.Plan, new ConstantValue(filling), [.. flat.Shape[..^1], new Dim(1)]);
        TracedValue joined = Movement.Concatenate(node.Plan, [flat, one], flat.Shape.Length - 1);
        return Movement.Apply(node.Plan, joined, shape, source);
    }

    private static int? SourceOf(int at, int size, string mode)
    {
        if (at >= 0 && at < size)
        {
            return at;
        }
        switch (mode)
        {
            case "constant":
                return null;
            case "edge":
                return Math.Clamp(at, 0, size - 1);
            case "wrap":
                return ((at % size) + size) % size;
            default:
                int last = size - 1;
                int mirrored = last == 0 ? 0 : Math.Abs(at) % (2 * last);
                return mirrored > last ? (2 * last) - mirrored : mirrored;
        }
    }
}
