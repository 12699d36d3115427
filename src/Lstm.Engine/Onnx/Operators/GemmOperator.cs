using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Gemm, opset 7 on: alpha·A·B + beta·C for a signal A [M, K], a constant B and any C; transA is refused.</summary>
internal sealed class GemmOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Gemm"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue signal = node.Signal(0, "A");
        if (node.Attributes.Int("transA", 0) != 0)
        {
            throw new NodeFaultException("transA is set; it would mix sessions or timesteps.");
        }
        Tensor b = node.Constant(1, "B");
        if (b.Shape.Length != 2)
        {
            throw new NodeFaultException($"B has shape [{string.Join(", ", b.Shape)}]; expected two axes.");
        }
        float alpha = node.Attributes.Float("alpha", 1f);
        float beta = node.Attributes.Float("beta", 1f);
        bool transposed = node.Attributes.Int("transB", 0) != 0;
        (int rows, int columns) = transposed ? (b.Shape[1], b.Shape[0]) : (b.Shape[0], b.Shape[1]);
        float[] source = b.ToFloats();
        var matrix = new float[rows * columns];
        for (int k = 0; k < rows; k++)
        {
            for (int n = 0; n < columns; n++)
            {
                matrix[(k * columns) + n] = alpha * source[transposed ? (n * rows) + k : (k * columns) + n];
            }
        }
        SignalValue product = MatMulOperator.Multiply(node.Plan, signal, rows, columns, matrix);
        if (node.Optional(2) is null)
        {
            node.Set(0, product);
            return;
        }
        TracedValue scaled = beta == 1f ? node.Input(2) : ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Multiply, node.Input(2), new ConstantValue(Tensor.Of([], [beta])));
        node.Set(0, ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Add, product, scaled));
    }
}
