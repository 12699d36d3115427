using System.Runtime.CompilerServices;
using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>A GRU layer whose reset gate acts after the product (PyTorch, Keras), panel by panel: the sums of 16 units, then their cells.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="Functions">The functions and the clip.</param>
/// <param name="At">Where the layer finds and leaves its vectors.</param>
internal sealed record GruLayerSpec(GruWeights Weights, CellFunctions Functions, GruRow At) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => Weights.ResetAfter ? new GruLayer<V>(Weights, Functions, At) : new ResetBeforeGruLayer<V>(Weights, Functions, At);

    private sealed class GruLayer<V>(GruWeights weights, CellFunctions functions, GruRow at) : PanelLayer
        where V : struct, IFloatVector<V>
    {
        private const int Lanes = VectorWidths.RowAlignment;
        private const int Sums = GruWeights.Sums * Lanes;

        private readonly int _padded = VectorWidths.Pad(weights.HiddenSize);
        private readonly Operand _x = new(at.X, weights.InputSize);
        private readonly Operand _h = new(at.H, weights.HiddenSize);
        private readonly bool _isStandard = functions == CellFunctions.Standard;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        protected override void RunAlone(Frame frame)
        {
            ref float row = ref frame.Start;
            ref float sums = ref frame.Sums;
            int groups = (weights.Blocks + Panels.Together - 1) / Panels.Together;
            for (int n = 0; n < groups; n++)
            {
                int block = (frame.Backward ? groups - 1 - n : n) * Panels.Together;
                int count = Math.Min(Panels.Together, weights.Blocks - block);
                ref float start = ref Unsafe.Add(ref weights.Start.Start, block * Sums);
                MatrixKernel<V>.Alone(weights.OfX, block, count, ref row, _x, ref start, Sums, ref sums, Sums);
                for (int b = 0; b < count; b++)
                {
                    StartCandidate(ref start, b, ref sums, b);
                }
                MatrixKernel<V>.Alone(weights.OfH, block, count, ref row, _h, ref Unsafe.Add(ref sums, Lanes), Sums, ref Unsafe.Add(ref sums, Lanes), Sums);
                for (int b = 0; b < count; b++)
                {
                    Advance(ref row, (block + b) * Lanes, ref Unsafe.Add(ref sums, b * Sums), frame.ShowGates);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        protected override void RunTogether(Frame frame, int first, int count)
        {
            ref float row = ref frame.StartOf(first);
            ref float sums = ref frame.Sums;
            for (int n = 0; n < weights.Blocks; n++)
            {
                int block = frame.Backward ? weights.Blocks - 1 - n : n;
                ref float start = ref Unsafe.Add(ref weights.Start.Start, block * Sums);
                MatrixKernel<V>.Panel(weights.OfX, block, ref row, frame.Stride, count, _x, ref start, 0, ref sums, Sums, frame.Backward);
                for (int session = 0; session < count; session++)
                {
                    StartCandidate(ref start, 0, ref sums, session);
                }
                ref float ofH = ref Unsafe.Add(ref sums, Lanes);
                MatrixKernel<V>.Panel(weights.OfH, block, ref row, frame.Stride, count, _h, ref ofH, Sums, ref ofH, Sums, frame.Backward);
                for (int session = 0; session < count; session++)
                {
                    Advance(ref Unsafe.Add(ref row, session * frame.Stride), block * Lanes, ref Unsafe.Add(ref sums, session * Sums), frame.ShowGates);
                }
            }
        }

        // The candidate's sum over h begins with its own bias: x takes no part in it.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void StartCandidate(ref float start, int from, ref float sums, int to)
        {
            for (int lane = 3 * Lanes; lane < 4 * Lanes; lane += V.Width)
            {
                V.Store(V.Load(ref start, (from * Sums) + lane), ref sums, (to * Sums) + lane);
            }
        }

        // The units of one panel, from their sums.
        private void Advance(ref float row, int first, ref float sums, bool showGates)
        {
            if (weights.Units is { } units)
            {
                MatrixKernel<V>.Scale(ref sums, ref Unsafe.Add(ref units.Start, first * GruWeights.Sums), Sums);
            }
            for (int lane = 0; lane < Lanes; lane += V.Width)
            {
                if (_isStandard)
                {
                    AdvanceStandard(ref row, first + lane, ref sums, lane, showGates);
                }
                else
                {
                    AdvanceGeneral(ref row, first + lane, ref sums, lane);
                }
            }
        }

        // Apart from the general cell, whose calls would force these vectors out of the registers.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void AdvanceStandard(ref float row, int unit, ref float sums, int lane, bool showGates)
        {
            V r = Activation<V>.Sigmoid(V.Load(ref sums, lane + Lanes));
            V z = Activation<V>.Sigmoid(V.Load(ref sums, lane + (2 * Lanes)));
            V n = Activation<V>.Tanh(GruCell<V>.CandidateSum(V.Load(ref sums, lane), r, V.Load(ref sums, lane + (3 * Lanes))));
            V.Store(GruCell<V>.HiddenState(z, n, V.Load(ref row, at.H + unit)), ref row, at.NewH + unit);
            if (showGates)
            {
                ShowGates(ref row, unit, r, z, n);
            }
        }

        private void AdvanceGeneral(ref float row, int unit, ref float sums, int lane)
        {
            V r = GruCell<V>.Gate(functions, V.Load(ref sums, lane + Lanes));
            V z = GruCell<V>.Gate(functions, V.Load(ref sums, lane + (2 * Lanes)));
            V n = GruCell<V>.Candidate(functions, GruCell<V>.CandidateSum(V.Load(ref sums, lane), r, V.Load(ref sums, lane + (3 * Lanes))));
            V.Store(GruCell<V>.HiddenState(z, n, V.Load(ref row, at.H + unit)), ref row, at.NewH + unit);
            ShowGates(ref row, unit, r, z, n);
        }

        private void ShowGates(ref float row, int unit, V r, V z, V n)
        {
            V.Store(r, ref row, at.Gates + unit);
            V.Store(z, ref row, at.Gates + _padded + unit);
            V.Store(n, ref row, at.Gates + (2 * _padded) + unit);
        }
    }
}
