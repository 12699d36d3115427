namespace Lstm.Engine.Onnx.Operators;

/// <summary>Reshape, opset 5 on (shape as an input), and Flatten, opset 1 on: moves nothing across time or batch, or is refused.</summary>
internal sealed class ReshapeOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Reshape", "Flatten"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        Dim[] wanted = node.OpType == "Flatten" ? Flat(node, data.Shape) : node.Numbers(1, "shape");
        bool zeroIsZero = node.Attributes.Int("allowzero", 0) != 0;
        Dim[] shape = [.. wanted.Select((d, axis) => d is { IsStatic: true, Size: 0 } && !zeroIsZero ? KeptAxis(data, axis) : d)];
        int[] open = [.. shape.Index().Where(static d => d.Item is { IsStatic: true, Size: -1 }).Select(static d => d.Index)];
        if (open.Length > 1)
        {
            throw new NodeFaultException("the shape holds −1 twice; expected at most once.");
        }
        if (open.Length == 1)
        {
            shape[open[0]] = Missing(data.Shape, [.. shape.Where((_, axis) => axis != open[0])]);
        }
        if (!Dims.SameOrder(data.Shape, shape) && !TryTakeNumbersForAxes(node.Plan, data.Shape, shape))
        {
            throw new NodeFaultException($"cannot reshape {Dims.Describe(data.Shape)} to {Dims.Describe(wanted)}: expected as many values, and time (T) and batch (B) in the same order.");
        }
        node.Set(0, Movement.Reshape(data, shape));
    }

    private static Dim[] Flat(NodeContext node, Dim[] shape)
    {
        long axis = node.Attributes.Int("axis", 1);
        int split = axis == shape.Length ? shape.Length : NodeContext.Axis(axis, shape.Length);
        static Dim Product(IEnumerable<Dim> dims) => dims.Aggregate(new Dim(1), static (product, d) => product * d);
        return [Product(shape[..split]), Product(shape[split..])];
    }

    // Exported with a fixed length or batch, the shape holds it as a number.
    private static bool TryTakeNumbersForAxes(StepPlanner plan, Dim[] data, Dim[] shape)
    {
        bool hasTime = Dims.HasTime(shape);
        bool hasBatch = shape.Any(static d => d.HasBatch);
        bool needsTime = Dims.HasTime(data) && !hasTime;
        bool needsBatch = data.Any(static d => d.HasBatch) && !hasBatch;
        for (int time = 0; time < (needsTime ? shape.Length : 1); time++)
        {
            for (int batch = 0; batch < (needsBatch ? shape.Length : 1); batch++)
            {
                if ((needsTime && !(shape[time].IsStatic && shape[time].Size == plan.FixedLength))
                    || (needsBatch && !(shape[batch].IsStatic && shape[batch].Size == plan.FixedBatch))
                    || (needsTime && needsBatch && time == batch))
                {
                    continue;
                }
                Dim[] candidate = [.. shape.Select((d, axis) => needsTime && axis == time ? Dim.T : needsBatch && axis == batch ? Dim.B : d)];
                if (Dims.SameOrder(data, candidate))
                {
                    candidate.CopyTo(shape, 0);
                    return !needsTime || plan.TryTakeForLength(plan.FixedLength.GetValueOrDefault());
                }
            }
        }
        return false;
    }

    private static Dim KeptAxis(TracedValue data, int axis) =>
        axis < data.Shape.Length ? data.Shape[axis] : throw new NodeFaultException($"the shape keeps axis {axis}, which {Dims.Describe(data.Shape)} does not have.");

    // What −1 stands for: all that the other axes do not hold.
    private static Dim Missing(Dim[] data, Dim[] others)
    {
        long known = others.Aggregate(1L, static (product, d) => product * d.Size);
        string symbols = string.Concat(data.Select(static d => d.Symbols));
        foreach (char symbol in others.SelectMany(static d => d.Symbols))
        {
            int at = symbols.IndexOf(symbol, StringComparison.Ordinal);
            symbols = at < 0 ? symbols : symbols.Remove(at, 1);
        }
        long size = Dims.Count(data);
        return known > 0 && size % known == 0
            ? new Dim(size / known, symbols)
            : throw new NodeFaultException($"{size} values per step do not divide into rows of {known}.");
    }
}
