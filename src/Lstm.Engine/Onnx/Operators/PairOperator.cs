using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Pow, Min, Max, PRelu and the comparisons: two values to one, with broadcasting. Truth is 1, falsehood 0.</summary>
internal sealed class PairOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } =
        ["Pow", "Min", "Max", "PRelu", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        Func<float, float, float> function = node.OpType switch
        {
            "Pow" => Pow,
            "Min" => MathF.Min,
            "Max" => MathF.Max,
            "PRelu" => static (x, slope) => x < 0 ? slope * x : x,
            "Equal" => static (a, b) => a == b ? 1f : 0f,
            "Less" => static (a, b) => a < b ? 1f : 0f,
            "LessOrEqual" => static (a, b) => a <= b ? 1f : 0f,
            "Greater" => static (a, b) => a > b ? 1f : 0f,
            "GreaterOrEqual" => static (a, b) => a >= b ? 1f : 0f,
            "And" => static (a, b) => a != 0f && b != 0f ? 1f : 0f,
            _ => static (a, b) => a != 0f || b != 0f ? 1f : 0f,
        };
        TracedValue result = node.Input(0);
        for (int n = 1; n < node.InputCount; n++)
        {
            result = Plan(node.Plan, function, result, node.Input(n));
        }
        bool isTruth = node.OpType is not ("Pow" or "Min" or "Max" or "PRelu");
        node.Set(0, isTruth && result is SignalValue truth ? truth with { Type = ElementType.Bool } : result);
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
        a = Broadcast.To(plan, a, shape);
        b = Broadcast.To(plan, b, shape);
        if (a is ConstantValue x && b is ConstantValue y)
        {
            float[] q = y.Tensor.ToFloats();
            return new ConstantValue(shape, Tensor.Of(x.Tensor.Shape, [.. x.Tensor.ToFloats().Select((v, n) => function(v, q[n]))], x.Tensor.Type));
        }
        SignalValue first = Movement.ToSignal(plan, a);
        SignalValue second = Movement.ToSignal(plan, b);
        bool lastStep = ArithmeticOperator.IsLastStep(shape, first, second);
        int size = Dims.Count(shape);
        int offset = plan.Allocate(size);
        plan.Add(() => new PairLayerSpec(function, first.Offset, second.Offset, offset, size));
        return new SignalValue(shape, a is SignalValue ? first.Type : second.Type, offset) { LastStep = lastStep };
    }

    // The exponents that exported graphs use are exact this way.
    private static float Pow(float x, float exponent) => exponent switch
    {
        2f => x * x,
        0.5f => MathF.Sqrt(x),
        _ => (float)Math.Pow(x, exponent),
    };
}
