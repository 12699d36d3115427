using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Range, opset 11 on: folded where its bounds are known, and where it counts the timesteps (from a fixed number on, in steps of 1, as many as
/// there are) their numbers, which are extra state.
/// </summary>
internal sealed class RangeOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Range"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        if (Enumerable.Range(0, 3).All(n => node.Input(n) is ConstantValue { Tensor.Floats: not null }))
        {
            float[] bounds = [.. Enumerable.Range(0, 3).Select(n => node.Constant(n, "a bound").ToFloats() is [var bound] ? bound : throw NodeFaultException.Wrong("a bound holds several values; expected one."))];
            float[] floats = [.. Enumerable.Range(0, Count(bounds[0], bounds[1], bounds[2])).Select(n => bounds[0] + (n * bounds[2]))];
            node.Set(0, new ConstantValue(Tensor.Of([floats.Length], floats, node.Constant(0, "start").Type)));
            return;
        }
        if (node.Numbers(0, "start") is not [{ IsStatic: true } start] || node.Numbers(1, "limit") is not [var limit] || node.Numbers(2, "delta") is not [{ IsStatic: true } delta])
        {
            throw new NodeFaultException("its start or delta hang on the length of the sequence or the batch; expected one fixed number each.");
        }
        if (limit.IsStatic)
        {
            long[] numbers = [.. Enumerable.Range(0, Count(start.Size, limit.Size, delta.Size)).Select(n => start.Size + (n * delta.Size))];
            node.Set(0, new ConstantValue(Tensor.Of([numbers.Length], numbers)));
            return;
        }
        if (delta.Size != 1 || limit != Dim.T + start.Size)
        {
            throw new NodeFaultException($"it counts from {start} to {limit} in steps of {delta}; expected as many numbers as timesteps, in steps of 1.");
        }
        SignalValue one = Movement.ToSignal(node.Plan, new ConstantValue(Tensor.Of([1], [1L])));
        SignalValue count = ReduceOperator.RunAlong(node.Plan, "ReduceSum", one with { Shape = [Dim.T] }, squared: false) with { LastStep = false };
        node.Set(0, ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Add, count, new ConstantValue(Tensor.Of([1], [start.Size - 1]))));
    }

    private static int Count(double start, double limit, double delta)
    {
        double count = delta == 0 ? throw NodeFaultException.Wrong("delta is 0; expected another number.") : Math.Max(0, Math.Ceiling((limit - start) / delta));
        Dims.CheckCount([new Dim((long)Math.Min(count, long.MaxValue / 2))]);
        return (int)count;
    }
}
