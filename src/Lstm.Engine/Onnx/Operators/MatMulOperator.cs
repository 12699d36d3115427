using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>MatMul, opset 1 on: a signal [..., K] by a constant [K, N].</summary>
internal sealed class MatMulOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["MatMul"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        if (node.Input(0) is not SignalValue signal)
        {
            throw new NodeFaultException($"its left side is {node.Input(0).Kind}; expected a value of the step on the left and a constant matrix on the right.");
        }
        Tensor matrix = node.Constant(1, "the matrix");
        if (matrix.Shape.Length != 2)
        {
            throw new NodeFaultException($"the matrix has shape [{string.Join(", ", matrix.Shape)}]; expected two axes.");
        }
        node.Set(0, Multiply(node.Plan, signal, matrix.Shape[0], matrix.Shape[1], matrix.ToFloats()));
    }

    /// <summary>Plans x·W.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="x">[..., K].</param>
    /// <param name="rows">K of the matrix.</param>
    /// <param name="columns">N.</param>
    /// <param name="values">[K, N], row-major.</param>
    /// <returns>[..., N].</returns>
    public static SignalValue Multiply(StepPlanner plan, SignalValue x, int rows, int columns, float[] values)
    {
        if (x.Shape is not [.., { IsStatic: true } last] || last.Size != rows)
        {
            throw new NodeFaultException($"cannot multiply {Dims.Describe(x.Shape)} by a matrix of [{rows}, {columns}]; expected {rows} values on the last axis.");
        }
        Dim[] shape = [.. x.Shape[..^1], new Dim(columns)];
        Dims.CheckCount(shape);
        int count = Dims.Count(x.Shape) / Math.Max(1, rows);
        // The last row may be written beyond its end by up to a whole vector.
        int offset = plan.Allocate(((count - 1) * columns) + VectorWidths.Pad(columns));
        plan.Add(() => new MatrixLayerSpec(new PackedMatrix(rows, columns, (k, n) => values[(k * columns) + n]), x.Offset, offset, count, columns));
        return new SignalValue(shape, x.Type, offset) { LastStep = x.LastStep };
    }
}
