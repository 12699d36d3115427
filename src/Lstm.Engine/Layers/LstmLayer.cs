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
                Advance(ref row, panel * Lanes, Lanes, Lanes, count, ref frame.Sums, frame.ShowGates);
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
                Advance(ref row, panel * Lanes, frame.Stride, 0, count, ref frame.Sums, frame.ShowGates);
            }
        }

        // Blocks of units, each from a panel of sums: of one session or of one row after the other. From block to block go `step` floats in memory and `units` units.
        private void Advance(ref float row, int unit, int step, int units, int count, ref float sums, bool showGates)
        {
            if (weights.Units is { } scales)
            {
                for (int n = 0; n < count; n++)
                {
                    MatrixKernel<V>.Scale(ref Unsafe.Add(ref sums, n * Panel), ref Unsafe.Add(ref scales.Start, (unit + (n * units)) * LstmWeights.Gates), Panel);
                }
            }
            if (general is null)
            {
                AdvanceStandard(ref Unsafe.Add(ref row, unit), step, count, ref sums);
                if (showGates)
                {
                    ShowGates(ref Unsafe.Add(ref row, unit), step, count, ref sums);
                }
                return;
            }
            for (int n = 0; n < count; n++)
            {
                for (int lane = 0; lane < Lanes; lane += V.Width)
                {
                    AdvanceGeneral(general, ref Unsafe.Add(ref row, (n * step) - (n * units)), unit + (n * units) + lane, ref Unsafe.Add(ref sums, n * Panel), lane);
                }
            }
        }

        // One loop without calls, so that the divisions of a block run beside the multiplications of the next.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void AdvanceStandard(ref float units, int step, int count, ref float sums)
        {
            for (int n = 0; n < count; n++)
            {
                for (int lane = 0; lane < Lanes; lane += V.Width)
                {
                    V c = V.Load(ref units, at.C + lane);
                    LstmCell<V>.Advance(
                        V.Load(ref sums, lane), V.Load(ref sums, lane + Lanes), V.Load(ref sums, lane + (2 * Lanes)), V.Load(ref sums, lane + (3 * Lanes)), ref c, out V h);
                    V.Store(c, ref units, at.NewC + lane);
                    V.Store(h, ref units, at.NewH + lane);
                }
                units = ref Unsafe.Add(ref units, step);
                sums = ref Unsafe.Add(ref sums, Panel);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void ShowGates(ref float units, int step, int count, ref float sums)
        {
            for (int n = 0; n < count; n++)
            {
                for (int lane = 0; lane < Lanes; lane += V.Width)
                {
                    V i = V.Load(ref sums, lane), f = V.Load(ref sums, lane + Lanes), g = V.Load(ref sums, lane + (2 * Lanes)), o = V.Load(ref sums, lane + (3 * Lanes));
                    LstmCell<V>.Gates(ref i, ref f, ref g, ref o);
                    ShowGates(ref units, lane, i, f, g, o);
                }
                units = ref Unsafe.Add(ref units, step);
                sums = ref Unsafe.Add(ref sums, Panel);
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
