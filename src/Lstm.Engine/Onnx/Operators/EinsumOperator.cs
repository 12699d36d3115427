namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Einsum, opset 12 on: signals and constants within a timestep, any letters in any order, ellipses; operand by operand from the left. Letters of
/// time and batch have to be in the result. Diagonals, and equations of one operand, are refused.
/// </summary>
internal sealed class EinsumOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Einsum"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        if (node.InputCount == 1)
        {
            throw new NodeFaultException("it has one input; only products are followed, what turns or sums a value goes by Transpose and ReduceSum.");
        }
        TracedValue[] inputs = [.. Enumerable.Range(0, node.InputCount).Select<int, TracedValue>(n => node.Input(n) is ConstantValue constant ? constant : node.Signal(n))];
        EinsumEquation equation = EinsumEquation.Read(node.Attributes.Text("equation", ""), [.. inputs.Select(static i => i.Shape.Length)]);
        var contraction = new Contraction(node.Plan);
        var product = new Lettered(inputs[0], equation.Operands[0]);
        for (int n = 1; n < inputs.Length; n++)
        {
            // What later operands or the result still need is kept.
            string needed = equation.Result + string.Concat(equation.Operands.Skip(n + 1));
            string letters = string.Concat((product.Letters + equation.Operands[n]).Distinct().Where(needed.Contains));
            product = contraction.Multiply(product, new Lettered(inputs[n], equation.Operands[n]), n == inputs.Length - 1 ? equation.Result : letters);
        }
        node.Set(0, contraction.Finish(product, equation.Result).Value);
    }
}
