using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// ReduceMean, ReduceSum, ReduceMax, ReduceMin, ReduceSumSquare, ReduceL2, ReduceL1, ReduceProd, ReduceLogSum, ReduceLogSumExp, ArgMax and
/// ArgMin, and GlobalAveragePool and GlobalMaxPool, over any axes but the batch. The commonest run along over time: after each step they hold for all timesteps so far. The axes are an attribute up to opset 17
/// (ReduceSum: 12) and an input after.
/// </summary>
internal sealed class ReduceOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } =
    [
        "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2", "ReduceL1", "ReduceProd", "ReduceLogSum", "ReduceLogSumExp",
        "ArgMax", "ArgMin", "GlobalAveragePool", "GlobalMaxPool",
    ];

    // Those whose value over all timesteps so far follows from the value so far and the new one.
    private static readonly HashSet<string> Running = ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2", "ReduceL1", "ReduceLogSum"];

    // Those that give integers for integers but compute in floats.
    private static readonly HashSet<string> Fractional = ["ReduceMean", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        if (node.OpType == "ReduceProd" && NodeContext.TryNumbers(node.Input(0), out Dim[]? numbers))
        {
            FoldProduct(node, numbers);
            return;
        }
        SignalValue x = node.Signal(0);
        int rank = x.Shape.Length;
        bool isArg = node.OpType is "ArgMax" or "ArgMin";
        bool isPool = node.OpType.StartsWith("Global", StringComparison.Ordinal);
        bool keep = isPool || node.Attributes.Int("keepdims", 1) != 0;
        long[] given = isPool ? [.. Enumerable.Range(2, Math.Max(0, rank - 2)).Select(static a => (long)a)] : isArg ? [node.Attributes.Int("axis", 0)] : node.Attributes.Ints("axes") ?? node.Integers(1, "axes") ?? [];
        bool lastOfEquals = isArg && node.Attributes.Int("select_last_index", 0) != 0;
        bool nothing = !isPool && !isArg && node.Attributes.Int("noop_with_empty_axes", 0) != 0;
        if (given.Length == 0 && nothing)
        {
            node.Set(0, x);
            return;
        }
        int[] axes = given.Length == 0 ? [.. Enumerable.Range(0, rank)] : [.. given.Select(a => NodeContext.Axis(a, rank)).Distinct()];
        string name = node.OpType switch { "GlobalAveragePool" => "ReduceMean", "GlobalMaxPool" => "ReduceMax", _ => node.OpType + (lastOfEquals ? "Last" : "") };
        int time = Array.FindIndex(axes, axis => x.Shape[axis] == Dim.T);
        if (time >= 0 && !Running.Contains(name))
        {
            throw new NodeFaultException($"it runs along time; of the reductions only {string.Join(", ", Running)} do.");
        }
        int[] inStep = [.. axes.Where((_, n) => n != time)];
        SignalValue reduced = inStep.Length == 0 && time >= 0 ? x : ReduceInStep(node.Plan, name, x, inStep, squares: time >= 0);
        if (time >= 0)
        {
            reduced = RunAlong(node.Plan, name, reduced, squared: inStep.Length > 0);
        }
        if (Fractional.Contains(name))
        {
            reduced = MapOperator.Whole(node.Plan, reduced);
        }
        Dim[] shape = [.. x.Shape.Select((d, axis) => axes.Contains(axis) ? new Dim(1) : d).Where((_, axis) => keep || !axes.Contains(axis))];
        node.Set(0, reduced with { Shape = shape, Type = isArg ? ElementType.Int64 : reduced.Type });
    }

    // Exporters multiply the sizes of a shape to get the number of its values.
    private static void FoldProduct(NodeContext node, Dim[] numbers)
    {
        bool keep = node.Attributes.Int("keepdims", 1) != 0;
        _ = node.Attributes.Ints("axes") ?? node.Integers(1, "axes"); // there is one axis
        Dim product = numbers.Aggregate(new Dim(1), static (product, n) => product * n);
        Dim[] shape = keep ? [new(1)] : [];
        node.Set(0, product.IsStatic ? new ConstantValue(shape, Tensor.Of([.. shape.Select(static _ => 1)], [product.Size])) : new ShapeValue(shape, [product]));
    }

    // Within a timestep; a norm that goes on over time keeps its squares.
    private static SignalValue ReduceInStep(StepPlanner plan, string name, SignalValue x, int[] axes, bool squares)
    {
        int[] members = Groups.Along(x.Shape, axes, out int size);
        Dim[] shape = [.. x.Shape.Select((d, axis) => axes.Contains(axis) ? new Dim(1) : d)];
        int offset = plan.Allocate(members.Length / size);
        GroupFunction function = FunctionOf(!squares ? name : name switch { "ReduceL2" => "ReduceSumSquare", "ReduceLogSum" => "ReduceSum", _ => name });
        plan.Add(() => new GroupLayerSpec(function, x.Offset, offset, members, size, OneResult: true), members.Length);
        return x.At(offset) with { Shape = shape };
    }

    /// <summary>Plans a reduction over all timesteps so far.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="name">The reduction.</param>
    /// <param name="x">What is reduced.</param>
    /// <param name="squared">Whether it holds squares already.</param>
    /// <returns>The value after each step.</returns>
    public static SignalValue RunAlong(StepPlanner plan, string name, SignalValue x, bool squared)
    {
        int size = Dims.Count(x.Shape);
        if (name == "ReduceL1")
        {
            x = (SignalValue)MapOperator.Plan(plan, x, MathF.Abs);
        }
        int offset = plan.Allocate(size);
        RunningKind kind = name switch
        {
            "ReduceMean" => RunningKind.Mean,
            "ReduceMax" => RunningKind.Max,
            "ReduceMin" => RunningKind.Min,
            "ReduceSumSquare" or "ReduceL2" when !squared => RunningKind.SumOfSquares,
            _ => RunningKind.Sum,
        };
        string piece = $"over_time{plan.NextNumber("over_time")}";
        plan.BeginRecurrence();
        StateSlot value = plan.AddState($"{piece}.value", size, kind is RunningKind.Max or RunningKind.Min ? Full(size, kind) : null);
        bool isExtreme = kind is RunningKind.Max or RunningKind.Min;
        StateSlot[] more = isExtreme ? [] : [plan.AddState($"{piece}.rest", size, null), plan.AddState($"{piece}.count", 2, null)];
        (StateSlot rest, StateSlot count) = isExtreme ? (value, value) : (more[0], more[1]);
        plan.Add(() => new RunningLayerSpec(kind, x.Offset, offset, size, value.Old, value.New, rest.Old, rest.New, count.Old, count.New), 4L * size);
        plan.EndRecurrence([value, .. more]);
        SignalValue running = x.At(offset) with { LastStep = true };
        return name switch
        {
            "ReduceL2" => (SignalValue)MapOperator.Plan(plan, running, MathF.Sqrt),
            "ReduceLogSum" => (SignalValue)MapOperator.Plan(plan, running, static v => (float)Math.Log(v)),
            _ => running,
        };
    }

    private static ConstantValue Full(int size, RunningKind kind)
    {
        var values = new float[size];
        Array.Fill(values, kind == RunningKind.Max ? float.NegativeInfinity : float.PositiveInfinity);
        return new ConstantValue(Tensor.Of([size], values));
    }

    /// <summary>A reduction of a group of values.</summary>
    /// <param name="name">The operator's name.</param>
    /// <returns>The function; its result goes to the first place.</returns>
    public static GroupFunction FunctionOf(string name) => name switch
    {
        "ReduceMean" => static v => v[0] = Sum(v) / v.Length,
        "ReduceSum" => static v => v[0] = Sum(v),
        "ReduceMax" => static v => v[0] = Best(v, static (a, b) => MathF.Max(a, b)),
        "ReduceMin" => static v => v[0] = Best(v, static (a, b) => MathF.Min(a, b)),
        "ReduceSumSquare" => static v => v[0] = SumOfSquares(v),
        "ReduceL2" => static v => v[0] = MathF.Sqrt(SumOfSquares(v)),
        "ReduceL1" => static v => v[0] = Best(v, static (a, b) => MathF.Abs(a) + MathF.Abs(b), alone: MathF.Abs),
        "ReduceProd" => static v => v[0] = Best(v, static (a, b) => a * b),
        "ReduceLogSum" => static v => v[0] = MathF.Log(Sum(v)),
        "ReduceLogSumExp" => static v => v[0] = LogSumExp(v),
        "ArgMax" => static v => v[0] = Place(v, static (a, b) => a > b),
        "ArgMaxLast" => static v => v[0] = Place(v, static (a, b) => a >= b),
        "ArgMinLast" => static v => v[0] = Place(v, static (a, b) => a <= b),
        _ => static v => v[0] = Place(v, static (a, b) => a < b),
    };

    private static float LogSumExp(ReadOnlySpan<float> values)
    {
        float largest = Best(values, MathF.Max);
        double sum = 0;
        foreach (float value in values)
        {
            sum += Math.Exp((double)value - largest);
        }
        return float.IsInfinity(largest) ? largest : (float)(largest + Math.Log(sum));
    }

    private static float Place(ReadOnlySpan<float> values, Func<float, float, bool> isBetter)
    {
        int best = 0;
        for (int n = 1; n < values.Length; n++)
        {
            best = isBetter(values[n], values[best]) ? n : best;
        }
        return best;
    }

    private static float Sum(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }
        return sum;
    }

    private static float SumOfSquares(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float value in values)
        {
            sum = MathF.FusedMultiplyAdd(value, value, sum);
        }
        return sum;
    }

    private static float Best(ReadOnlySpan<float> values, Func<float, float, float> join, Func<float, float>? alone = null)
    {
        float best = alone is null ? values[0] : alone(values[0]);
        foreach (float value in values[1..])
        {
            best = join(best, value);
        }
        return best;
    }
}
