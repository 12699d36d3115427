using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Exp, Log, Sqrt, Neg, Abs, Reciprocal, Floor, Ceil, Round, Sin, Cos, Sign, Not and Clip: one value to one value.</summary>
internal sealed class MapOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } =
        ["Exp", "Log", "Sqrt", "Neg", "Abs", "Reciprocal", "Floor", "Ceil", "Round", "Sin", "Cos", "Sign", "Not", "Clip"];

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
        plan.Add(() => new MapLayerSpec(function, x.Offset, offset, size));
        return new SignalValue(x.Shape, x.Type, offset) { LastStep = x.LastStep };
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
        "Not" => static x => x == 0f ? 1f : 0f,
        _ => Clip(node),
    };

    private static Func<float, float> Clip(NodeContext node)
    {
        float least = Bound(node, 1, "min", float.NegativeInfinity);
        float most = Bound(node, 2, "max", float.PositiveInfinity);
        return x => x < least ? least : x > most ? most : x;
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
