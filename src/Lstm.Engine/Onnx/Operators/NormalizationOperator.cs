using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// InstanceNormalization (opset 6 on), GroupNormalization (18 on), RMSNormalization (23 on) and LpNormalization (1 on), within a timestep. The
/// axes that they run along have to be fixed.
/// </summary>
internal sealed class NormalizationOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["InstanceNormalization", "GroupNormalization", "RMSNormalization", "LpNormalization"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Signal(0);
        if (node.Attributes.Int("stash_type", 1) != 1)
        {
            throw new NodeFaultException("stash_type is not 1; only float32 is computed with.");
        }
        node.Set(0, node.OpType switch
        {
            "InstanceNormalization" => OfInstance(node, x),
            "GroupNormalization" => OfGroups(node, x),
            "RMSNormalization" => OfSquares(node, x),
            _ => OfLength(node, x),
        });
    }

    // Channel by channel over all axes behind it.
    private static TracedValue OfInstance(NodeContext node, SignalValue x)
    {
        float epsilon = node.Attributes.Float("epsilon", 1e-5f);
        (Tensor scale, Tensor bias) = (node.Constant(1, "scale"), node.Constant(2, "B"));
        if (x.Shape.Length < 3)
        {
            throw NodeFaultException.Wrong($"its input has shape {Dims.Describe(x.Shape)}; expected [B, channels, …].");
        }
        // One channel that is declared as the one timestep of a run.
        bool isTimestep = x.Shape[1] == Dim.T && scale.Count == 1 && node.Plan.TryTakeForLength(1);
        SignalValue normal = Normalize(node.Plan, x, [.. Enumerable.Range(2, x.Shape.Length - 2)], values => LayerNormalizationOperator.Normalize(values, epsilon));
        return ScaleChannels(node.Plan, normal, isTimestep ? new Dim(1) : x.Shape[1], scale, bias);
    }

    private static TracedValue OfGroups(NodeContext node, SignalValue x)
    {
        float epsilon = node.Attributes.Float("epsilon", 1e-5f);
        long groups = node.Attributes.Int("num_groups", 0);
        (Tensor scale, Tensor bias) = (node.Constant(1, "scale"), node.Constant(2, "bias"));
        if (x.Shape.Length < 2 || groups < 1 || !x.Shape[1].IsStatic || x.Shape[1].Size % groups != 0)
        {
            throw new NodeFaultException($"it divides axis 1 of {Dims.Describe(x.Shape)} into {groups} groups; expected a fixed number of channels that they divide.");
        }
        Dim[] split = [x.Shape[0], new Dim(groups), new Dim(x.Shape[1].Size / groups), .. x.Shape[2..]];
        SignalValue grouped = Normalize(node.Plan, x with { Shape = split }, [.. Enumerable.Range(2, split.Length - 2)], values => LayerNormalizationOperator.Normalize(values, epsilon));
        // A scale a group up to opset 20, one a channel after.
        return node.Opset < 21
            ? Movement.Reshape(ScaleChannels(node.Plan, grouped, split[1], scale, bias), x.Shape)
            : ScaleChannels(node.Plan, grouped with { Shape = x.Shape }, x.Shape[1], scale, bias);
    }

    private static TracedValue OfSquares(NodeContext node, SignalValue x)
    {
        float epsilon = node.Attributes.Float("epsilon", 1e-5f);
        int axis = NodeContext.Axis(node.Attributes.Int("axis", -1), x.Shape.Length);
        SignalValue normal = Normalize(node.Plan, x, [.. Enumerable.Range(axis, x.Shape.Length - axis)], values => Divide(values, MathF.Sqrt((SumOfSquares(values) / values.Length) + epsilon)));
        return ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Multiply, normal, new ConstantValue(node.Constant(1, "scale")));
    }

    private static SignalValue OfLength(NodeContext node, SignalValue x)
    {
        int axis = NodeContext.Axis(node.Attributes.Int("axis", -1), x.Shape.Length);
        GroupFunction length = node.Attributes.Int("p", 2) switch
        {
            1 => ReduceOperator.FunctionOf("ReduceL1"),
            2 => static values => values[0] = MathF.Sqrt(SumOfSquares(values)),
            long p => throw NodeFaultException.Wrong($"p is {p}; expected 1 or 2."),
        };
        return Normalize(node.Plan, x, [axis], values =>
        {
            float first = values[0];
            length(values);
            (float norm, values[0]) = (values[0], first);
            Divide(values, norm == 0f ? 1f : norm);
        });
    }

    private static SignalValue Normalize(StepPlanner plan, SignalValue x, int[] axes, GroupFunction function)
    {
        int[] members = Groups.Along(x.Shape, axes, out int size);
        int offset = plan.Allocate(members.Length);
        plan.Add(() => new GroupLayerSpec(function, x.Offset, offset, members, size, OneResult: false), 5L * members.Length);
        return x.At(offset);
    }

    private static TracedValue ScaleChannels(StepPlanner plan, SignalValue x, Dim channels, Tensor scale, Tensor bias)
    {
        if (!channels.IsStatic || scale.Count != channels.Size || bias.Count != channels.Size)
        {
            throw new NodeFaultException($"its scale and bias hold {scale.Count} and {bias.Count} values for {channels} channels of {Dims.Describe(x.Shape)}; expected as many.");
        }
        int[] shape = [scale.Count, .. Enumerable.Repeat(1, x.Shape.Length - 2)];
        TracedValue scaled = ArithmeticOperator.Plan(plan, ArithmeticOperation.Multiply, x, new ConstantValue(Tensor.Of(shape, scale.ToFloats())));
        return ArithmeticOperator.Plan(plan, ArithmeticOperation.Add, scaled, new ConstantValue(Tensor.Of(shape, bias.ToFloats())));
    }

    private static void Divide(Span<float> values, float divisor)
    {
        foreach (ref float value in values)
        {
            value /= divisor;
        }
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
}
