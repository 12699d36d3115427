using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// MaxPool and AveragePool over one or more axes, one of which may be time with stride 1, as in a convolution. The output Indices of
/// MaxPool and ceil_mode are refused.
/// </summary>
internal sealed class PoolOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["MaxPool", "AveragePool"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Input(0) as SignalValue ?? throw new NodeFaultException($"X is {node.Input(0).Kind}; expected a value of the step.");
        long[] stated = node.Attributes.Ints("kernel_shape") ?? throw NodeFaultException.Wrong("kernel_shape is missing.");
        if (stated.Any(static k => k is < 1 or > Dims.MostValues))
        {
            throw NodeFaultException.Wrong($"kernel_shape is [{string.Join(", ", stated)}]; expected positive numbers.");
        }
        _ = node.Attributes.Int("storage_order", 0); // concerns the output Indices alone
        bool isMax = node.OpType == "MaxPool";
        bool countsPadding = !isMax && node.Attributes.Int("count_include_pad", 0) != 0;
        var windows = new Windows(node, x, [.. stated.Select(static k => (int)k)], isMax ? float.NegativeInfinity : 0f);
        if (!isMax && !countsPadding && windows.PadsTime)
        {
            throw new NodeFaultException("it averages over padding before the first timestep without counting it (count_include_pad 0); expected count_include_pad 1 along time.");
        }
        int places = Dims.Count(windows.OutputShape);
        int taps = windows.Taps;
        int groups = windows.Channels * places;
        int gathered = windows.Gather((place, channel, tap) => (((channel * places) + place) * taps) + tap, out bool[] isPadding);
        int offset = node.Plan.Allocate(groups);
        int[] members = [.. Enumerable.Range(0, groups * taps)];
        if (isMax)
        {
            node.Plan.Add(() => new GroupLayerSpec(ReduceOperator.FunctionOf("ReduceMax"), gathered, offset, members, taps, OneResult: true), groups * (long)taps);
        }
        else
        {
            int[] counted = [.. Enumerable.Range(0, groups).Select(group => countsPadding ? taps : Math.Max(1, isPadding.AsSpan(group * taps, taps).Count(false)))];
            var shares = new ConstantValue(Tensor.Of([groups], [.. counted.Select(static c => (float)c)]));
            int sums = node.Plan.Allocate(groups);
            node.Plan.Add(() => new GroupLayerSpec(ReduceOperator.FunctionOf("ReduceSum"), gathered, sums, members, taps, OneResult: true), groups * (long)taps);
            var sum = (SignalValue)ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Divide, new SignalValue([new Dim(groups)], x.Type, sums), shares);
            offset = sum.Offset;
        }
        node.Set(0, x.At(offset) with { Shape = [x.Shape[0], x.Shape[1], .. windows.OutputShape] });
    }
}
