using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Conv, opset 1 on, over one or more axes: X [B, C, …], W [M, C/group, …] constant, B [M]. One of the axes may be time, with stride 1: a causal
/// convolution keeps its past frames as state, one that looks ahead runs over whole sequences only. Groups, dilations, strides, pads, auto_pad.
/// </summary>
internal sealed class ConvOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Conv"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Input(0) as SignalValue ?? throw new NodeFaultException($"X is {node.Input(0).Kind}; expected a value of the step.");
        Tensor w = node.Constant(1, "W");
        int groups = (int)Math.Clamp(node.Attributes.Int("group", 1), 0, int.MaxValue);
        int[] kernel = w.Shape.Length >= 3 ? w.Shape[2..] : [];
        long[] stated = node.Attributes.Ints("kernel_shape") ?? [.. kernel.Select(static k => (long)k)];
        if (kernel.Length == 0 || !stated.SequenceEqual(kernel.Select(static k => (long)k)))
        {
            throw NodeFaultException.Wrong($"kernel_shape is [{string.Join(", ", stated)}] but W has shape [{string.Join(", ", w.Shape)}]; expected W [M, C/group, kernel].");
        }
        var windows = new Windows(node, x, kernel, 0f);
        int outputs = w.Shape[0];
        int inputs = w.Shape[1];
        if (groups < 1 || outputs % groups != 0 || inputs * groups != windows.Channels)
        {
            throw new NodeFaultException($"W has shape [{string.Join(", ", w.Shape)}] and group is {groups}, but X has {windows.Channels} channels; expected C/group = {inputs}.");
        }
        float[] bias = node.Optional(2) is null ? new float[outputs] : node.Constant(2, "B").ToFloats();
        float[] weights = w.ToFloats();
        if (bias.Length != outputs || Array.Exists(weights, static f => !float.IsFinite(f)) || Array.Exists(bias, static f => !float.IsFinite(f)))
        {
            throw NodeFaultException.Wrong($"W or B holds a value that is not finite, or B has {bias.Length} values for {outputs} channels.");
        }
        node.Set(0, Multiply(node.Plan, x, windows, groups, outputs, inputs * windows.Taps, weights, bias));
    }

    // For each group: what lies under the kernel at each place, [places, C/group · taps], by the group's weights.
    private static TracedValue Multiply(StepPlanner plan, SignalValue x, Windows windows, int groups, int outputs, int depth, float[] weights, float[] bias)
    {
        int places = Dims.Count(windows.OutputShape);
        int taps = windows.Taps;
        int perGroup = windows.Channels / groups;
        int outputsPerGroup = outputs / groups;
        int gathered = windows.Gather((place, channel, tap) => (((channel / perGroup * places) + place) * depth) + (channel % perGroup * taps) + tap, out _);
        // A part is a group's results, [places, M/group]; each may be written beyond its end by up to a whole vector.
        int part = ((places - 1) * outputsPerGroup) + VectorWidths.Pad(outputsPerGroup);
        int padded = VectorWidths.Pad(part);
        int products = plan.Allocate(checked(groups * padded));
        for (int g = 0; g < groups; g++)
        {
            int group = g;
            plan.Add(
                () => new MatrixLayerSpec(
                    new PackedMatrix(depth, outputsPerGroup, (k, n) => weights[(((group * outputsPerGroup) + n) * depth) + k], n => bias[(group * outputsPerGroup) + n]),
                    gathered + (group * places * depth),
                    products + (group * padded),
                    places,
                    outputsPerGroup),
                2L * places * depth * outputsPerGroup);
        }
        Dim[] shape = [x.Shape[0], new Dim(outputs), .. windows.OutputShape];
        int offset = plan.Allocate(checked(outputs * places));
        CopyRun[] runs = Movement.Join([.. Enumerable.Range(0, outputs * places).Select(n =>
        {
            (int channel, int place) = (n / places, n % places);
            return new CopyRun(products + (channel / outputsPerGroup * padded) + (place * outputsPerGroup) + (channel % outputsPerGroup), offset + n, 1);
        })]);
        plan.Add(() => new CopyLayerSpec(runs));
        return x.At(offset) with { Shape = shape };
    }
}
