using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Pow, Min, Max, Sum, Mean, Mod, PRelu, comparisons and logic: two values to one, with broadcasting, or several one after the other. Truth is 1, falsehood 0. Comparisons of shapes
/// and of a loop's counter with the length of the sequence are folded.
/// </summary>
internal sealed class PairOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } =
        ["Pow", "Min", "Max", "Mod", "PRelu", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "Sum", "Mean"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        Func<float, float, float> function = node.OpType switch
        {
            "Pow" => Pow,
            "Min" => MathF.Min,
            "Max" => MathF.Max,
            "Mod" => Mod(node),
            "Sum" or "Mean" => static (a, b) => a + b,
            "PRelu" => static (x, slope) => x < 0 ? slope * x : x,
            "Equal" => static (a, b) => a == b ? 1f : 0f,
            "Less" => static (a, b) => a < b ? 1f : 0f,
            "LessOrEqual" => static (a, b) => a <= b ? 1f : 0f,
            "Greater" => static (a, b) => a > b ? 1f : 0f,
            "GreaterOrEqual" => static (a, b) => a >= b ? 1f : 0f,
            "Xor" => static (a, b) => a != 0f != (b != 0f) ? 1f : 0f,
            "And" => static (a, b) => a != 0f && b != 0f ? 1f : 0f,
            _ => static (a, b) => a != 0f || b != 0f ? 1f : 0f,
        };
        if (node.InputCount == 2 && FoldCounter(node) is { } truthOfCounter)
        {
            node.Set(0, truthOfCounter);
            return;
        }
        TracedValue result = node.Input(0);
        for (int n = 1; n < node.InputCount; n++)
        {
            result = Plan(node.Plan, function, result, node.Input(n));
        }
        if (node.OpType == "Mean")
        {
            result = ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Divide, result, new ConstantValue(Tensor.Of([], [(float)node.InputCount])));
        }
        bool isTruth = node.OpType is not ("Pow" or "Min" or "Max" or "Mod" or "PRelu" or "Sum" or "Mean");
        node.Set(0, result switch
        {
            SignalValue signal when isTruth => signal with { Type = ElementType.Bool },
            SignalValue power when node.OpType == "Pow" => MapOperator.Whole(node.Plan, power),
            ConstantValue constant when isTruth => new ConstantValue(constant.Shape, Tensor.Of(constant.Tensor.Shape, [.. constant.Tensor.ToFloats().Select(static v => (long)v)], ElementType.Bool)),
            _ => result,
        });
    }

    // A loop over time compares its counter with T: while there are timesteps, the answer is yes.
    private static ConstantValue? FoldCounter(NodeContext node)
    {
        if (node.Input(0) is not CounterValue counter)
        {
            return null;
        }
        bool isLength = node.Input(1) is ConstantValue { Tensor: { Count: 1 } most } ? node.Plan.TryTakeForLength((long)most.ToFloats()[0])
            : NodeContext.TryNumbers(node.Input(1), out Dim[]? numbers) && numbers is [var number] && number == Dim.T;
        return node.OpType == "Less" && counter.Offset is 0 or 1 && isLength
            ? new ConstantValue(Tensor.Of([], [1L], ElementType.Bool))
            : throw new NodeFaultException("it compares the counter of a loop; only \"less than the length of the sequence\" is followed.");
    }

    /// <summary>Plans or folds f(a, b).</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="function">f.</param>
    /// <param name="a">One operand.</param>
    /// <param name="b">The other.</param>
    /// <returns>The result, in the common shape.</returns>
    public static TracedValue Plan(StepPlanner plan, Func<float, float, float> function, TracedValue a, TracedValue b)
    {
        Dim[] shape = Broadcast.Shape(a.Shape, b.Shape);
        if ((a is ShapeValue || b is ShapeValue) && a is not SignalValue && b is not SignalValue)
        {
            return FoldShapes(function, a, b, shape);
        }
        a = Broadcast.To(plan, a, shape);
        b = Broadcast.To(plan, b, shape);
        if (a is ConstantValue x && b is ConstantValue y)
        {
            float[] q = y.Tensor.ToFloats();
            return new ConstantValue(shape, Tensor.Of(x.Tensor.Shape, [.. x.Tensor.ToFloats().Select((v, n) => function(v, q[n]))], x.Tensor.Type));
        }
        SignalValue first = Movement.ToSignal(plan, a);
        SignalValue second = Movement.ToSignal(plan, b);
        int size = Dims.Count(shape);
        int offset = plan.Allocate(size);
        plan.Add(() => new PairLayerSpec(function, first.Offset, second.Offset, offset, size), size);
        return new SignalValue(shape, a is SignalValue ? first.Type : second.Type, offset) { LastStep = first.LastStep || second.LastStep };
    }

    // T and B are at least 1, so they differ from what is smaller; how they compare with other numbers no one knows.
    private static ConstantValue FoldShapes(Func<float, float, float> function, TracedValue a, TracedValue b, Dim[] shape)
    {
        if (!NodeContext.TryNumbers(a, out Dim[]? left) || !NodeContext.TryNumbers(b, out Dim[]? right))
        {
            throw new NodeFaultException("it compares the length of the sequence or the batch with a value of the step.");
        }
        long[] folded = [.. Enumerable.Range(0, Dims.Count(shape)).Select(n => Fold(left[left.Length == 1 ? 0 : n], right[right.Length == 1 ? 0 : n]))];
        return new ConstantValue(Tensor.Of([.. shape.Select(static d => (int)d.Size)], folded));

        long Fold(Dim x, Dim y) =>
            x.IsStatic && y.IsStatic ? (long)function(x.Size, y.Size)
            : x == y ? (long)function(1f, 1f)
            : !x.IsStatic && y is { IsStatic: true, Size: < 1 } ? (long)function(1f, y.Size)
            : !y.IsStatic && x is { IsStatic: true, Size: < 1 } ? (long)function(x.Size, 1f)
            : throw new NodeFaultException($"it compares {x} with {y}, which differs from sequence to sequence.");
    }

    // As in C, with the sign of the dividend, or of whole numbers as in Python, with the sign of the divisor.
    private static Func<float, float, float> Mod(NodeContext node)
    {
        if (node.Attributes.Int("fmod", 0) != 0)
        {
            return static (a, b) => a % b;
        }
        bool isWhole = node.Input(0) is ShapeValue or CounterValue or ConstantValue { Tensor.Integers: not null } || (node.Input(0) is SignalValue signal && ElementTypes.IsInteger(signal.Type));
        return isWhole ? static (a, b) => a - (b * MathF.Floor(a / b)) : throw NodeFaultException.Wrong("it divides floats, and fmod is 0; expected 1.");
    }

    // The exponents that exported graphs use are exact this way.
    private static float Pow(float x, float exponent) => exponent switch
    {
        2f => x * x,
        0.5f => MathF.Sqrt(x),
        _ => (float)Math.Pow(x, exponent),
    };
}
