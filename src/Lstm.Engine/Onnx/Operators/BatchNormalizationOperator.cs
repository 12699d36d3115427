using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>BatchNormalization, opset 7 on, as it is in inference: a scale and a shift per channel (axis 1). training_mode is refused.</summary>
internal sealed class BatchNormalizationOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["BatchNormalization"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue x = node.Input(0);
        if (node.Attributes.Int("training_mode", 0) != 0)
        {
            throw new NodeFaultException("training_mode is set; export the model in evaluation mode.");
        }
        _ = node.Attributes.Float("momentum", 0.9f); // has no effect in inference
        if (node.Opset < 9 && node.Attributes.Int("spatial", 1) == 0)
        {
            throw new NodeFaultException("spatial is 0; expected 1.");
        }
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        float[] scale = node.Constant(1, "scale").ToFloats();
        float[] bias = node.Constant(2, "B").ToFloats();
        float[] mean = node.Constant(3, "mean").ToFloats();
        float[] variance = node.Constant(4, "var").ToFloats();
        if (x.Shape.Length < 2 || !x.Shape[1].IsStatic || new[] { scale, bias, mean, variance }.Any(v => v.Length != x.Shape[1].Size))
        {
            throw new NodeFaultException($"its input has shape {Dims.Describe(x.Shape)} and {scale.Length} channels are scaled; expected as many on axis 1.");
        }
        double[] factor = [.. scale.Select((s, n) => s / Math.Sqrt(variance[n] + epsilon))];
        int[] shape = [scale.Length, .. Enumerable.Repeat(1, x.Shape.Length - 2)];
        var multiplied = ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Multiply, x, new ConstantValue(Tensor.Of(shape, [.. factor.Select(static f => (float)f)])));
        node.Set(0, ArithmeticOperator.Plan(
            node.Plan, ArithmeticOperation.Add, multiplied, new ConstantValue(Tensor.Of(shape, [.. bias.Select((b, n) => (float)(b - (mean[n] * factor[n])))]))));
    }
}
