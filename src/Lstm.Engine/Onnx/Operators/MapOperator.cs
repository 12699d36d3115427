using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Functions of one value that have no vector form: Exp, Log, Sqrt, Erf, Gelu, Clip and others.</summary>
internal sealed class MapOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } =
        [
        "Exp", "Log", "Sqrt", "Neg", "Abs", "Reciprocal", "Floor", "Ceil", "Round", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh",
        "Sign", "Not", "Clip", "Erf", "Gelu", "HardSwish", "Swish", "Mish", "Selu", "Celu", "Shrink", "IsNaN", "IsInf",
    ];

    /// <inheritdoc/>
    public override void Trace(NodeContext node) => node.Set(0, Plan(node.Plan, node.Input(0), FunctionOf(node)));

    /// <summary>Plans or folds f(x).</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="value">x.</param>
    /// <param name="function">f.</param>
    /// <returns>The result.</returns>
    public static TracedValue Plan(StepPlanner plan, TracedValue value, Func<float, float> function)
    {
        if (value is ConstantValue constant)
        {
            return new ConstantValue(constant.Shape, Tensor.Of(constant.Tensor.Shape, [.. constant.Tensor.ToFloats().Select(function)], constant.Tensor.Type));
        }
        SignalValue x = Movement.ToSignal(plan, value);
        int size = Dims.Count(x.Shape);
        int offset = plan.Allocate(size);
        plan.Add(() => new MapLayerSpec(function, x.Offset, offset, size), size);
        return x.At(offset);
    }

    private static Func<float, float> FunctionOf(NodeContext node) => node.OpType switch
    {
        "Exp" => Exp,
        "Log" => static x => (float)Math.Log(x),
        "Sqrt" => MathF.Sqrt,
        "Neg" => static x => -x,
        "Abs" => MathF.Abs,
        "Reciprocal" => static x => 1f / x,
        "Floor" => MathF.Floor,
        "Ceil" => MathF.Ceiling,
        "Round" => MathF.Round, // ties to even, as in ONNX
        "Sin" => static x => (float)Math.Sin(x),
        "Cos" => static x => (float)Math.Cos(x),
        "Sign" => static x => float.IsNaN(x) ? x : MathF.Sign(x),
        "Tan" => static x => (float)Math.Tan(x),
        "Asin" => static x => (float)Math.Asin(x),
        "Acos" => static x => (float)Math.Acos(x),
        "Atan" => static x => (float)Math.Atan(x),
        "Sinh" => static x => (float)Math.Sinh(x),
        "Cosh" => static x => (float)Math.Cosh(x),
        "Asinh" => static x => (float)Math.Asinh(x),
        "Acosh" => static x => (float)Math.Acosh(x),
        "Atanh" => static x => (float)Math.Atanh(x),
        "Erf" => static x => (float)ErrorFunction.Of(x),
        "Gelu" => Gelu(node),
        "HardSwish" => static x => x * Math.Clamp((x / 6f) + 0.5f, 0f, 1f),
        "Swish" => Swish(node.Attributes.Float("alpha", 1f)),
        "Shrink" => Shrink(node.Attributes.Float("bias", 0f), node.Attributes.Float("lambd", 0.5f)),
        "Mish" => static x => (float)(x * Math.Tanh(Math.Max(x, 0.0) + Math.Log(1 + Math.Exp(-Math.Abs((double)x))))),
        "Selu" => Selu(node.Attributes.Float("alpha", 1.67326319217681884765625f), node.Attributes.Float("gamma", 1.05070102214813232421875f)),
        "Celu" => Celu(node.Attributes.Float("alpha", 1f)),
        "IsNaN" => static x => float.IsNaN(x) ? 1f : 0f,
        "IsInf" => IsInfinity(node.Attributes.Int("detect_positive", 1) != 0, node.Attributes.Int("detect_negative", 1) != 0),
        "Not" => static x => x == 0f ? 1f : 0f,
        _ => Clip(node),
    };

    /// <summary>What an operator that computes in floats gives for integers: the fraction cut off, as in C.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="value">The result so far.</param>
    /// <returns>The value itself unless it is of an integer type.</returns>
    public static SignalValue Whole(StepPlanner plan, SignalValue value) =>
        ElementTypes.IsInteger(value.Type) ? (SignalValue)Plan(plan, value, MathF.Truncate) : value;

    private static Func<float, float> IsInfinity(bool positive, bool negative) =>
        x => (positive && float.IsPositiveInfinity(x)) || (negative && float.IsNegativeInfinity(x)) ? 1f : 0f;

    private static Func<float, float> Swish(float alpha) => x => (float)(x / (1 + Math.Exp(-(double)alpha * x)));

    private static Func<float, float> Shrink(float bias, float bound) => x => x < -bound ? x + bias : x > bound ? x - bias : 0f;

    private static Func<float, float> Selu(float alpha, float gamma) => x => x > 0 ? gamma * x : (float)(gamma * alpha * double.ExpM1(x));

    private static Func<float, float> Celu(float alpha) => x => x > 0 ? x : (float)(alpha * double.ExpM1(x / (double)alpha));

    private static Func<float, float> Gelu(NodeContext node) => node.Attributes.Text("approximate", "none") switch
    {
        "none" => static x => (float)(0.5 * x * (1 + ErrorFunction.Of(x / Math.Sqrt(2)))),
        "tanh" => static x => (float)(0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))),
        string other => throw NodeFaultException.Wrong($"approximate is '{other}'; expected none or tanh."),
    };

    private static Func<float, float> Clip(NodeContext node)
    {
        float least = Bound(node, 1, "min", float.NegativeInfinity);
        float most = Bound(node, 2, "max", float.PositiveInfinity);
        return x =>
        {
            float raised = x < least ? least : x; // NaN stays NaN
            return raised > most ? most : raised; // and where min is above max, all become max
        };
    }

    // Attributes up to opset 10, inputs after.
    private static float Bound(NodeContext node, int index, string name, float fallback)
    {
        if (node.Opset < 11)
        {
            return node.Attributes.Float(name, fallback);
        }
        return node.Optional(index) is null ? fallback : node.Constant(index, name).ToFloats() is [var bound] ? bound
            : throw new NodeFaultException($"{name} holds several values; expected one.");
    }

    private static float Exp(float x)
    {
        float y = 0;
        Float1.Store(Activation<Float1>.Exp(Float1.All(x)), ref y, 0);
        return y;
    }
}
