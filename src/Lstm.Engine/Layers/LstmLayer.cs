using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>An LSTM layer: joins [x, h(t−1)], computes the gate sums, then the cell while they are still in the nearest cache.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="At">Where the layer finds and leaves its vectors.</param>
/// <param name="General">What it has beyond the textbook's cell; null for nothing.</param>
internal sealed record LstmLayerSpec(LstmWeights Weights, LstmRow At, GeneralLstm? General = null) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new LstmLayer<V>(Weights, At, General);

    private sealed class LstmLayer<V>(LstmWeights weights, LstmRow at, GeneralLstm? general) : Layer
        where V : struct, IFloatVector<V>
    {
        private const int Lanes = VectorWidths.RowAlignment;

        public override void Run(Frame frame, int batch)
        {
            frame.Join(batch, (at.X, weights.InputSize), (at.H, weights.HiddenSize), at.Joined);
            MatrixKernel<V>.Multiply(weights.Matrix, ref frame.Start, frame.Stride, batch, at.Joined, at.Sums);
            for (int session = 0; session < batch; session++)
            {
                ref float row = ref frame.StartOf(session);
                for (int unit = 0; unit < weights.HiddenSize; unit += V.Width)
                {
                    if (general is null)
                    {
                        Advance(ref row, unit, frame.ShowGates);
                    }
                    else
                    {
                        AdvanceGeneral(general, ref row, unit);
                    }
                }
            }
        }

        // Apart from the general cell, whose calls would force these vectors out of the registers.
        private void Advance(ref float row, int unit, bool showGates)
        {
            int sums = at.Sums + LstmWeights.SumsOf(unit);
            V i = V.Load(ref row, sums), f = V.Load(ref row, sums + Lanes), g = V.Load(ref row, sums + (2 * Lanes)), o = V.Load(ref row, sums + (3 * Lanes));
            V c = V.Load(ref row, at.C + unit);
            LstmCell<V>.Advance(ref i, ref f, ref g, ref o, ref c, out V h);
            V.Store(c, ref row, at.NewC + unit);
            V.Store(h, ref row, at.NewH + unit);
            if (showGates)
            {
                ShowGates(ref row, unit, i, f, g, o);
            }
        }

        private void AdvanceGeneral(GeneralLstm cell, ref float row, int unit)
        {
            int sums = at.Sums + LstmWeights.SumsOf(unit);
            V i = V.Load(ref row, sums), f = V.Load(ref row, sums + Lanes), g = V.Load(ref row, sums + (2 * Lanes)), o = V.Load(ref row, sums + (3 * Lanes));
            V c = V.Load(ref row, at.C + unit);
            cell.Advance(unit, ref i, ref f, ref g, ref o, ref c, out V h);
            V.Store(c, ref row, at.NewC + unit);
            V.Store(h, ref row, at.NewH + unit);
            ShowGates(ref row, unit, i, f, g, o);
        }

        private void ShowGates(ref float row, int unit, V i, V f, V g, V o)
        {
            int padded = VectorWidths.Pad(weights.HiddenSize);
            V.Store(i, ref row, at.Gates + unit);
            V.Store(f, ref row, at.Gates + padded + unit);
            V.Store(g, ref row, at.Gates + (2 * padded) + unit);
            V.Store(o, ref row, at.Gates + (3 * padded) + unit);
        }
    }
}
