using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>y = x·W for constant W, on each of the session's rows of x.</summary>
/// <param name="Matrix">W, [K, N].</param>
/// <param name="X">Offset of x, [Rows, K] without gaps.</param>
/// <param name="Y">Offset of y, [Rows, N] without gaps, padded at the end.</param>
/// <param name="Rows">How many vectors x holds per step.</param>
/// <param name="Columns">N.</param>
internal sealed record MatrixLayerSpec(PackedMatrix Matrix, int X, int Y, int Rows, int Columns) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new MatrixLayer<V>(this);

    private sealed class MatrixLayer<V>(MatrixLayerSpec spec) : Layer
        where V : struct, IFloatVector<V>
    {
        public override void Run(Frame frame, int batch)
        {
            // In this order the padding that a row leaves behind its end is overwritten by the next row's values.
            for (int row = 0; row < spec.Rows; row++)
            {
                MatrixKernel<V>.Multiply(
                    spec.Matrix, ref frame.Start, frame.Stride, batch, new Operand(spec.X + (row * spec.Matrix.Rows), spec.Matrix.Rows), spec.Y + (row * spec.Columns));
            }
        }
    }
}
