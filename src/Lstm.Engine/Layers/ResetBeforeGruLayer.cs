using System.Runtime.CompilerServices;
using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>A GRU layer whose reset gate acts before the candidate's product: all gates first, then the candidates from r⊙h.</summary>
/// <typeparam name="V">The vector.</typeparam>
/// <param name="weights">The weights.</param>
/// <param name="functions">The functions and the clip.</param>
/// <param name="at">Where the layer finds and leaves its vectors.</param>
internal sealed class ResetBeforeGruLayer<V>(GruWeights weights, CellFunctions functions, GruRow at) : Layer
    where V : struct, IFloatVector<V>
{
    private const int Lanes = VectorWidths.RowAlignment;
    private const int Sums = GruWeights.Sums * Lanes;

    private readonly int _padded = VectorWidths.Pad(weights.HiddenSize);
    private readonly PackedMatrix _candidateOfH = weights.CandidateOfH ?? throw new ArgumentException("Expected weights of a reset before the product.", nameof(weights));

    /// <inheritdoc/>
    public override void Run(Frame frame, int batch)
    {
        for (int session = 0; session < batch; session++)
        {
            weights.Start.Span.CopyTo(frame.Row(session)[at.Sums..]);
        }
        for (int block = 0; block < weights.Blocks; block++)
        {
            Add(weights.OfX, frame, batch, block, new Operand(at.X, weights.InputSize), 0);
            Add(weights.OfH, frame, batch, block, new Operand(at.H, weights.HiddenSize), Lanes);
        }
        for (int session = 0; session < batch; session++)
        {
            Scale(ref frame.StartOf(session), GruWeights.Sums - 1);
            OpenGates(ref frame.StartOf(session));
        }
        for (int block = 0; block < weights.Blocks; block++)
        {
            Add(_candidateOfH, frame, batch, block, new Operand(at.Reset, weights.HiddenSize), 3 * Lanes);
        }
        for (int session = 0; session < batch; session++)
        {
            Scale(ref frame.StartOf(session), 1);
            Finish(ref frame.StartOf(session));
        }
    }

    private void Add(PackedMatrix matrix, Frame frame, int batch, int block, Operand x, int lane)
    {
        ref float sums = ref Unsafe.Add(ref frame.Start, at.Sums + (block * Sums) + lane);
        MatrixKernel<V>.Panel(matrix, block, ref frame.Start, frame.Stride, batch, x, ref sums, frame.Stride, ref sums, frame.Stride);
    }

    // The first sums of every block before the gates, the last one of every block after them.
    private void Scale(ref float row, int sums)
    {
        if (weights.Units is not { } units)
        {
            return;
        }
        int first = sums == 1 ? Sums - Lanes : 0;
        for (int block = 0; block < weights.Blocks; block++)
        {
            int place = (block * Sums) + first;
            MatrixKernel<V>.Scale(ref Unsafe.Add(ref row, at.Sums + place), ref Unsafe.Add(ref units.Start, place), sums * Lanes);
        }
    }

    private void OpenGates(ref float row)
    {
        for (int unit = 0; unit < weights.HiddenSize; unit += V.Width)
        {
            int sums = SumsOf(unit);
            V r = GruCell<V>.Gate(functions, V.Load(ref row, sums + Lanes));
            V.Store(r, ref row, at.Gates + unit);
            V.Store(GruCell<V>.Gate(functions, V.Load(ref row, sums + (2 * Lanes))), ref row, at.Gates + _padded + unit);
            V.Store(r * V.Load(ref row, at.H + unit), ref row, at.Reset + unit);
        }
    }

    private void Finish(ref float row)
    {
        for (int unit = 0; unit < weights.HiddenSize; unit += V.Width)
        {
            int sums = SumsOf(unit);
            V n = GruCell<V>.Candidate(functions, V.Load(ref row, sums) + V.Load(ref row, sums + (3 * Lanes)));
            V.Store(n, ref row, at.Gates + (2 * _padded) + unit);
            V.Store(GruCell<V>.HiddenState(V.Load(ref row, at.Gates + _padded + unit), n, V.Load(ref row, at.H + unit)), ref row, at.NewH + unit);
        }
    }

    private int SumsOf(int unit) => at.Sums + (unit / Lanes * Sums) + (unit % Lanes);
}
