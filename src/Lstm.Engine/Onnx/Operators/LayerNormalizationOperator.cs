using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>LayerNormalization, opset 17 on: over the last axes, with scale and optional bias; its outputs Mean and InvStdDev are refused.</summary>
internal sealed class LayerNormalizationOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["LayerNormalization"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Signal(0);
        int rank = x.Shape.Length;
        int axis = NodeContext.Axis(node.Attributes.Int("axis", -1), rank);
        float epsilon = node.Attributes.Float("epsilon", 1e-5f);
        if (node.Attributes.Int("stash_type", 1) != 1)
        {
            throw new NodeFaultException("stash_type is not 1; only float32 is computed with.");
        }
        int[] members = Groups.Along(x.Shape, [.. Enumerable.Range(axis, rank - axis)], out int size);
        int offset = node.Plan.Allocate(members.Length);
        node.Plan.Add(() => new GroupLayerSpec(values => Normalize(values, epsilon), x.Offset, offset, members, size, OneResult: false), 5L * members.Length);
        TracedValue result = x.At(offset);
        result = ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Multiply, result, new ConstantValue(node.Constant(1, "Scale")));
        node.Set(0, node.Optional(2) is null
            ? result
            : ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Add, result, new ConstantValue(node.Constant(2, "B"))));
    }

    /// <summary>(x − mean) ÷ √(variance + epsilon).</summary>
    /// <param name="values">x, replaced.</param>
    /// <param name="epsilon">Keeps the root from zero.</param>
    public static void Normalize(Span<float> values, float epsilon)
    {
        float sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }
        float mean = sum / values.Length;
        float squares = 0;
        foreach (ref float value in values)
        {
            value -= mean;
            squares = MathF.FusedMultiplyAdd(value, value, squares);
        }
        float deviation = MathF.Sqrt((squares / values.Length) + epsilon);
        foreach (ref float value in values)
        {
            value /= deviation;
        }
    }
}
