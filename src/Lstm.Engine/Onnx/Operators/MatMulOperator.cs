using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// MatMul, opset 1 on: a signal [..., K] by a constant [K, N] or [K], a constant [M, K] by a signal [..., K, N], and within a timestep any two values.
/// </summary>
internal sealed class MatMulOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["MatMul"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        if (node.Input(0) is SignalValue or ConstantValue && node.Input(1) is SignalValue or ConstantValue { Shape.Length: > 2 })
        {
            if (node.Input(0) is ConstantValue { Shape.Length: 2 } && node.Input(1).Shape is [.., { IsStatic: true }, { IsStatic: true }])
            {
                MultiplyFromLeft(node);
                return;
            }
            node.Set(0, MultiplyAny(node));
            return;
        }
        SignalValue signal = node.Signal(0, "its left side");
        Tensor matrix = node.Constant(1, "the matrix");
        if (matrix.Shape is [var length])
        {
            SignalValue product = Multiply(node.Plan, signal, length, 1, matrix.ToFloats());
            node.Set(0, product with { Shape = product.Shape[..^1] });
            return;
        }
        if (matrix.Shape.Length != 2)
        {
            throw new NodeFaultException($"the matrix has shape [{string.Join(", ", matrix.Shape)}]; expected one or two axes.");
        }
        node.Set(0, Multiply(node.Plan, signal, matrix.Shape[0], matrix.Shape[1], matrix.ToFloats()));
    }

    // The last two axes are those of matrices, all before them are broadcast.
    private static TracedValue MultiplyAny(NodeContext node)
    {
        (TracedValue a, TracedValue b) = (node.Input(0), node.Input(1));
        (int left, int right) = (Math.Max(0, a.Shape.Length - 2), Math.Max(0, b.Shape.Length - 2));
        string leading = string.Concat(Enumerable.Range(0, Math.Max(left, right)).Select(static n => (char)('A' + n)));
        (string rows, string columns) = (a.Shape.Length > 1 ? "m" : "", b.Shape.Length > 1 ? "n" : "");
        var contraction = new Contraction(node.Plan);
        string result = leading + rows + columns;
        Lettered product = contraction.Multiply(new Lettered(a, leading[^left..] + rows + "k"), new Lettered(b, leading[^right..] + "k" + columns), result);
        return contraction.Finish(product, result).Value;
    }

    // W·x for columns x [..., K, N]: the columns are laid out as rows, multiplied, and laid back.
    private static void MultiplyFromLeft(NodeContext node)
    {
        Tensor matrix = node.Constant(0, "the matrix");
        SignalValue x = node.Signal(1, "its right side");
        if (matrix.Shape is not [var rows, var depth] || x.Shape is not [.., { IsStatic: true }, { IsStatic: true }])
        {
            throw new NodeFaultException($"cannot multiply [{string.Join(", ", matrix.Shape)}] by {Dims.Describe(x.Shape)}; expected a matrix, and columns of numbers of the same timestep and session.");
        }
        float[] values = matrix.ToFloats();
        float[] transposed = [.. Enumerable.Range(0, depth).SelectMany(k => Enumerable.Range(0, rows).Select(n => values[(n * depth) + k]))];
        SignalValue product = Multiply(node.Plan, Transposed(node.Plan, x), depth, rows, transposed);
        node.Set(0, Transposed(node.Plan, product));
    }

    private static SignalValue Transposed(StepPlanner plan, SignalValue x)
    {
        int[] strides = Dims.Strides(x.Shape);
        Dim[] shape = [.. x.Shape[..^2], x.Shape[^1], x.Shape[^2]];
        int rank = shape.Length;
        return (SignalValue)Movement.Apply(plan, x, shape, Dims.Map(shape, index =>
            index.Index().Sum(i => i.Item * strides[i.Index == rank - 1 ? rank - 2 : i.Index == rank - 2 ? rank - 1 : i.Index])));
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
        plan.Add(() => new MatrixLayerSpec(new PackedMatrix(rows, columns, (k, n) => values[(k * columns) + n]), x.Offset, offset, count, columns), 2L * count * rows * columns);
        return x.At(offset) with { Shape = shape };
    }
}
