using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Scaler and Imputer of ai.onnx.ml, version 1 on, as scikit-learn's converters put them in front of a network: (x − offset)·scale, and another
/// value in the place of one. One value for all features, or one a feature of [rows, features].
/// </summary>
internal sealed class ScalerOperator : Operator
{
    /// <inheritdoc/>
    public override string Domain => "ai.onnx.ml";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Scaler", "Imputer"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Signal(0);
        if (node.OpType == "Scaler")
        {
            SignalValue floats = x with { Type = ElementType.Float32, StateOrigin = null, InputOrigin = null };
            TracedValue centred = ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Subtract, floats, Features(node, x, "offset"));
            node.Set(0, ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Multiply, centred, Features(node, x, "scale")));
            return;
        }
        float replaced = node.Attributes.Float("replaced_value_float", 0f);
        _ = node.Attributes.Int("replaced_value_int64", 0);
        if (x.Type != ElementType.Float32 || node.Attributes.Ints("imputed_value_int64s") is { Length: > 0 })
        {
            throw new NodeFaultException("it replaces whole numbers; expected floats.");
        }
        ConstantValue instead = Features(node, x, "imputed_value_floats");
        node.Set(0, PairOperator.Plan(node.Plan, (value, other) => value == replaced || (float.IsNaN(replaced) && float.IsNaN(value)) ? other : value, x, instead));
    }

    // ONNX Runtime counts features along axis 1, or along the only axis.
    private static ConstantValue Features(NodeContext node, SignalValue x, string name)
    {
        float[] values = node.Attributes.Floats(name) ?? [];
        return values.Length == 1 ? new ConstantValue(Tensor.Of([1], values))
            : x.Shape.Length <= 2 && x.Shape is [.., { IsStatic: true } features] && features.Size == values.Length ? new ConstantValue(Tensor.Of([values.Length], values))
            : throw new NodeFaultException($"{name} holds {values.Length} values for an input of shape {Dims.Describe(x.Shape)}; expected one, or one a feature of [rows, features].");
    }
}
