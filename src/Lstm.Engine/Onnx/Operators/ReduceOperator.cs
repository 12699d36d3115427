using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// ReduceMean, ReduceSum, ReduceMax, ReduceMin, ReduceSumSquare, ReduceL2 over axes that are neither time nor batch. The axes are an
/// attribute up to opset 17 (ReduceSum: 12) and an input after.
/// </summary>
internal sealed class ReduceOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = Movement.ToSignal(node.Plan, node.Input(0));
        int rank = x.Shape.Length;
        bool keep = node.Attributes.Int("keepdims", 1) != 0;
        bool nothing = node.Attributes.Int("noop_with_empty_axes", 0) != 0;
        long[] given = node.Attributes.Ints("axes") ?? node.Integers(1, "axes") ?? [];
        if (given.Length == 0 && nothing)
        {
            node.Set(0, x);
            return;
        }
        int[] axes = given.Length == 0 ? [.. Enumerable.Range(0, rank)] : [.. given.Select(a => NodeContext.Axis(a, rank)).Distinct()];
        int[] members = Groups.Along(x.Shape, axes, out int size);
        Dim[] shape = [.. x.Shape.Select((d, axis) => axes.Contains(axis) ? new Dim(1) : d).Where((_, axis) => keep || !axes.Contains(axis))];
        int offset = node.Plan.Allocate(members.Length / size);
        GroupFunction function = FunctionOf(node.OpType);
        node.Plan.Add(() => new GroupLayerSpec(function, x.Offset, offset, members, size, OneResult: true));
        node.Set(0, new SignalValue(shape, x.Type, offset) { LastStep = x.LastStep });
    }

    private static GroupFunction FunctionOf(string name) => name switch
    {
        "ReduceMean" => static v => v[0] = Sum(v) / v.Length,
        "ReduceSum" => static v => v[0] = Sum(v),
        "ReduceMax" => static v => v[0] = Best(v, static (a, b) => MathF.Max(a, b)),
        "ReduceMin" => static v => v[0] = Best(v, static (a, b) => MathF.Min(a, b)),
        "ReduceSumSquare" => static v => v[0] = SumOfSquares(v),
        _ => static v => v[0] = MathF.Sqrt(SumOfSquares(v)),
    };

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

    private static float Best(ReadOnlySpan<float> values, Func<float, float, float> better)
    {
        float best = values[0];
        foreach (float value in values)
        {
            best = better(best, value);
        }
        return best;
    }
}
