using System.Runtime.CompilerServices;
using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>An LSTM layer, panel by panel: the gate sums of 16 units, then their cells while the sums are still in the nearest cache.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="At">Where the layer finds and leaves its vectors.</param>
/// <param name="General">What it has beyond the textbook's cell; null for nothing.</param>
internal sealed record LstmLayerSpec(LstmWeights Weights, LstmRow At, GeneralLstm? General = null) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new LstmLayer<V>(Weights, At, General);

    private sealed class LstmLayer<V>(LstmWeights weights, LstmRow at, GeneralLstm? general) : PanelLayer
        where V : struct, IFloatVector<V>
    {
        private const int Lanes = VectorWidths.RowAlignment;
        private const int Panel = PackedMatrix.UsualPanel;

        private readonly Operand _x = new(at.X, weights.InputSize, at.H, weights.HiddenSize);

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        protected override void RunAlone(Frame frame)
        {
            ref float row = ref frame.Start;
            int panels = weights.Matrix.Panels;
            int groups = (panels + Panels.Together - 1) / Panels.Together;
            for (int n = 0; n < groups; n++)
            {
                int panel = (frame.Backward ? groups - 1 - n : n) * Panels.Together;
                int count = Math.Min(Panels.Together, panels - panel);
                MatrixKernel<V>.Alone(weights.Matrix, panel, count, ref row, _x, ref Unsafe.Add(ref weights.Matrix.Bias.Start, panel * Panel), Panel, ref frame.Sums, Panel);
                for (int p = 0; p < count; p++)
                {
                    Advance(ref row, (panel + p) * Lanes, ref Unsafe.Add(ref frame.Sums, p * Panel), frame.ShowGates);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        protected override void RunTogether(Frame frame, int first, int count)
        {
            ref float row = ref frame.StartOf(first);
            int panels = weights.Matrix.Panels;
            for (int n = 0; n < panels; n++)
            {
                int panel = frame.Backward ? panels - 1 - n : n;
                MatrixKernel<V>.Panel(
                    weights.Matrix, panel, ref row, frame.Stride, count, _x, ref Unsafe.Add(ref weights.Matrix.Bias.Start, panel * Panel), 0, ref frame.Sums, Panel, frame.Backward);
                for (int session = 0; session < count; session++)
                {
                    Advance(ref Unsafe.Add(ref row, session * frame.Stride), panel * Lanes, ref Unsafe.Add(ref frame.Sums, session * Panel), frame.ShowGates);
                }
            }
        }

        // The units of one panel, from their sums.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Advance(ref float row, int first, ref float sums, bool showGates)
        {
            if (weights.Units is { } units)
            {
                MatrixKernel<V>.Scale(ref sums, ref Unsafe.Add(ref units.Start, first * LstmWeights.Gates), Panel);
            }
            for (int lane = 0; lane < Lanes; lane += V.Width)
            {
                if (general is null)
                {
                    Advance(ref row, first + lane, ref sums, lane, showGates);
                }
                else
                {
                    AdvanceGeneral(general, ref row, first + lane, ref sums, lane);
                }
            }
        }

        // Apart from the general cell, whose calls would force these vectors out of the registers.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Advance(ref float row, int unit, ref float sums, int lane, bool showGates)
        {
            V i = V.Load(ref sums, lane), f = V.Load(ref sums, lane + Lanes), g = V.Load(ref sums, lane + (2 * Lanes)), o = V.Load(ref sums, lane + (3 * Lanes));
            V c = V.Load(ref row, at.C + unit);
            LstmCell<V>.Advance(ref i, ref f, ref g, ref o, ref c, out V h);
            V.Store(c, ref row, at.NewC + unit);
            V.Store(h, ref row, at.NewH + unit);
            if (showGates)
            {
                ShowGates(ref row, unit, i, f, g, o);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void AdvanceGeneral(GeneralLstm cell, ref float row, int unit, ref float sums, int lane)
        {
            V i = V.Load(ref sums, lane), f = V.Load(ref sums, lane + Lanes), g = V.Load(ref sums, lane + (2 * Lanes)), o = V.Load(ref sums, lane + (3 * Lanes));
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
