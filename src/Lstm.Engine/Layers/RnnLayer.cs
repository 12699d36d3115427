using System.Runtime.CompilerServices;
using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>A vanilla RNN layer (Elman 1990): h(t) = f(W·x + R·h(t−1) + both biases), f = tanh unless told otherwise.</summary>
/// <param name="Matrix">[I + H, H].</param>
/// <param name="Units">What the sums are counted in, [H]; null where they are what they are.</param>
/// <param name="InputSize">I.</param>
/// <param name="HiddenSize">H.</param>
/// <param name="Functions">Its function is F.</param>
/// <param name="X">Offset of x(t), [I].</param>
/// <param name="H">Offset of h(t−1), [H].</param>
/// <param name="NewH">Offset of h(t), [H] padded.</param>
internal sealed record RnnLayerSpec(PackedMatrix Matrix, AlignedBuffer? Units, int InputSize, int HiddenSize, CellFunctions Functions, int X, int H, int NewH) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new RnnLayer<V>(this);

    private sealed class RnnLayer<V>(RnnLayerSpec spec) : Layer
        where V : struct, IFloatVector<V>
    {
        public override void Run(Frame frame, int batch)
        {
            MatrixKernel<V>.Multiply(spec.Matrix, ref frame.Start, frame.Stride, batch, new Operand(spec.X, spec.InputSize, spec.H, spec.HiddenSize), spec.NewH);
            for (int session = 0; session < batch; session++)
            {
                ref float row = ref frame.StartOf(session);
                if (spec.Units is { } units)
                {
                    MatrixKernel<V>.Scale(ref Unsafe.Add(ref row, spec.NewH), ref units.Start, units.Length);
                }
                for (int unit = 0; unit < spec.HiddenSize; unit += V.Width)
                {
                    V sum = spec.Functions.Bound(V.Load(ref row, spec.NewH + unit));
                    V.Store(Activation<V>.Apply(spec.Functions.F, sum), ref row, spec.NewH + unit);
                }
            }
        }
    }
}
