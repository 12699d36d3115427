using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Sigmoid, Tanh, Relu (opset 6 on) and LeakyRelu, HardSigmoid, Elu, Softplus, Softsign, ThresholdedRelu with alpha and beta: elementwise.</summary>
internal sealed class CurveOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } =
        ["Sigmoid", "Tanh", "Relu", "LeakyRelu", "HardSigmoid", "Elu", "Softplus", "Softsign", "ThresholdedRelu"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        NodeAttributes a = node.Attributes;
        Curve curve = node.OpType switch
        {
            "Sigmoid" => Curve.Sigmoid,
            "Tanh" => Curve.Tanh,
            "Relu" => new Curve(CurveKind.Relu),
            "LeakyRelu" => new Curve(CurveKind.LeakyRelu, a.Float("alpha", 0.01f)),
            "HardSigmoid" => new Curve(CurveKind.HardSigmoid, a.Float("alpha", 0.2f), a.Float("beta", 0.5f)),
            "Elu" => new Curve(CurveKind.Elu, a.Float("alpha", 1f)),
            "Softplus" => new Curve(CurveKind.Softplus),
            "Softsign" => new Curve(CurveKind.Softsign),
            _ => new Curve(CurveKind.ThresholdedRelu, a.Float("alpha", 1f)),
        };
        if (node.Input(0) is ConstantValue constant)
        {
            float[] folded = [.. constant.Tensor.ToFloats().Select(x => Fold(curve, x))];
            node.Set(0, new ConstantValue(constant.Shape, Tensor.Of(constant.Tensor.Shape, folded, constant.Tensor.Type)));
            return;
        }
        SignalValue signal = node.Signal(0);
        int size = Dims.Count(signal.Shape);
        int offset = node.Plan.Allocate(size);
        node.Plan.Add(() => new CurveLayerSpec(curve, signal.Offset, offset, size), size);
        node.Set(0, signal.At(offset));
    }

    private static float Fold(Curve curve, float x)
    {
        float y = 0;
        Float1.Store(Activation<Float1>.Apply(curve, Float1.All(x)), ref y, 0);
        return y;
    }
}
