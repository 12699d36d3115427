using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>Where a GRU layer finds and leaves its vectors in a row (offsets in floats).</summary>
/// <param name="X">x(t), [I].</param>
/// <param name="H">h(t−1), [H].</param>
/// <param name="Joined">Room for [x, h(t−1)], [I + H].</param>
/// <param name="Gates">r, z and n, each [H] padded; sums at first.</param>
/// <param name="CandidateH">Room for the candidate's sum over h, [H].</param>
/// <param name="Reset">Room for r⊙h, [H].</param>
/// <param name="NewH">h(t), [H].</param>
internal readonly record struct GruRow(int X, int H, int Joined, int Gates, int CandidateH, int Reset, int NewH);

/// <summary>A GRU layer.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="Functions">The functions and the clip.</param>
/// <param name="At">Where the layer finds and leaves its vectors.</param>
internal sealed record GruLayerSpec(GruWeights Weights, CellFunctions Functions, GruRow At) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new GruLayer<V>(Weights, Functions, At);

    private sealed class GruLayer<V>(GruWeights weights, CellFunctions functions, GruRow at) : Layer
        where V : struct, IFloatVector<V>
    {
        private readonly int _padded = VectorWidths.Pad(weights.HiddenSize);

        public override void Run(Frame frame, int batch)
        {
            frame.Join(batch, (at.X, weights.InputSize), (at.H, weights.HiddenSize), at.Joined);
            MatrixKernel<V>.Multiply(weights.Gates, ref frame.Start, frame.Stride, batch, at.Joined, at.Gates);
            MatrixKernel<V>.Multiply(weights.CandidateOfX, ref frame.Start, frame.Stride, batch, at.X, at.Gates + (2 * _padded));
            for (int session = 0; session < batch; session++)
            {
                OpenGates(ref frame.StartOf(session));
            }
            MatrixKernel<V>.Multiply(weights.CandidateOfH, ref frame.Start, frame.Stride, batch, weights.ResetAfter ? at.H : at.Reset, at.CandidateH);
            for (int session = 0; session < batch; session++)
            {
                Finish(ref frame.StartOf(session));
            }
        }

        private void OpenGates(ref float row)
        {
            for (int unit = 0; unit < weights.HiddenSize; unit += V.Width)
            {
                V r = GruCell<V>.Gate(functions, V.Load(ref row, at.Gates + unit));
                V z = GruCell<V>.Gate(functions, V.Load(ref row, at.Gates + _padded + unit));
                V.Store(r, ref row, at.Gates + unit);
                V.Store(z, ref row, at.Gates + _padded + unit);
                V.Store(r * V.Load(ref row, at.H + unit), ref row, at.Reset + unit);
            }
        }

        private void Finish(ref float row)
        {
            for (int unit = 0; unit < weights.HiddenSize; unit += V.Width)
            {
                int candidate = at.Gates + (2 * _padded) + unit;
                V x = V.Load(ref row, candidate);
                V h = V.Load(ref row, at.CandidateH + unit);
                V n = weights.ResetAfter
                    ? GruCell<V>.CandidateResetAfter(functions, x, V.Load(ref row, at.Gates + unit), h)
                    : GruCell<V>.CandidateResetBefore(functions, x, h);
                V.Store(n, ref row, candidate);
                V.Store(GruCell<V>.HiddenState(V.Load(ref row, at.Gates + _padded + unit), n, V.Load(ref row, at.H + unit)), ref row, at.NewH + unit);
            }
        }
    }
}
