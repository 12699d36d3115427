using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>
/// Advances one LSTM layer for a batch of sessions: gate sums and cell in one pass, the gates never leave the registers.
/// Every output is one sum, from its bias over k of [x, h] in order, so its bits depend on nothing but weights, state and input:
/// not on the tile, the batch or the width.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
internal static class LstmKernel<V>
    where V : struct, IFloatVector<V>
{
    private const int Lanes = VectorWidths.RowAlignment;
    private const int GateStride = Lanes;
    private const int DepthStride = LstmWeights.Gates * Lanes;

    /// <summary>Advances the layer by one step for every session of the batch.</summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="rows">The first session's row.</param>
    /// <param name="stride">Floats from one session's row to the next.</param>
    /// <param name="batch">Number of sessions, at least 1.</param>
    /// <param name="at">Where the vectors lie in a row.</param>
    /// <param name="showGates">Whether to store the gates.</param>
    public static void Advance(LstmWeights weights, ref float rows, int stride, int batch, LstmRow at, bool showGates)
    {
        Debug.Assert(batch >= 1, "at least one session");
        int session = 0;
        for (; session + 4 <= batch; session += 4)
        {
            FourSessions(weights, ref Unsafe.Add(ref rows, session * stride), stride, at, showGates);
        }
        for (; session < batch; session++)
        {
            OneSession(weights, ref Unsafe.Add(ref rows, session * stride), at, showGates);
        }
    }

    // Four sessions share every load of a weight: 16 sums in flight.
    private static void FourSessions(LstmWeights weights, ref float row, int stride, LstmRow at, bool showGates)
    {
        ref float row1 = ref Unsafe.Add(ref row, stride);
        ref float row2 = ref Unsafe.Add(ref row1, stride);
        ref float row3 = ref Unsafe.Add(ref row2, stride);
        int depth = weights.Depth;
        for (int unit = 0; unit < weights.HiddenSize; unit += V.Width)
        {
            ref float w = ref WeightsOf(weights, unit);
            ref float b = ref BiasOf(weights, unit);
            V i0 = V.Load(ref b, 0), f0 = V.Load(ref b, GateStride), g0 = V.Load(ref b, 2 * GateStride), o0 = V.Load(ref b, 3 * GateStride);
            V i1 = i0, f1 = f0, g1 = g0, o1 = o0;
            V i2 = i0, f2 = f0, g2 = g0, o2 = o0;
            V i3 = i0, f3 = f0, g3 = g0, o3 = o0;
            for (int k = 0; k < depth; k++)
            {
                V wi = V.Load(ref w, 0), wf = V.Load(ref w, GateStride), wg = V.Load(ref w, 2 * GateStride), wo = V.Load(ref w, 3 * GateStride);
                V z = V.All(Unsafe.Add(ref row, at.Joined + k));
                i0 = V.FusedMultiplyAdd(wi, z, i0);
                f0 = V.FusedMultiplyAdd(wf, z, f0);
                g0 = V.FusedMultiplyAdd(wg, z, g0);
                o0 = V.FusedMultiplyAdd(wo, z, o0);
                z = V.All(Unsafe.Add(ref row1, at.Joined + k));
                i1 = V.FusedMultiplyAdd(wi, z, i1);
                f1 = V.FusedMultiplyAdd(wf, z, f1);
                g1 = V.FusedMultiplyAdd(wg, z, g1);
                o1 = V.FusedMultiplyAdd(wo, z, o1);
                z = V.All(Unsafe.Add(ref row2, at.Joined + k));
                i2 = V.FusedMultiplyAdd(wi, z, i2);
                f2 = V.FusedMultiplyAdd(wf, z, f2);
                g2 = V.FusedMultiplyAdd(wg, z, g2);
                o2 = V.FusedMultiplyAdd(wo, z, o2);
                z = V.All(Unsafe.Add(ref row3, at.Joined + k));
                i3 = V.FusedMultiplyAdd(wi, z, i3);
                f3 = V.FusedMultiplyAdd(wf, z, f3);
                g3 = V.FusedMultiplyAdd(wg, z, g3);
                o3 = V.FusedMultiplyAdd(wo, z, o3);
                w = ref Unsafe.Add(ref w, DepthStride);
            }
            Finish(ref row, at, unit, weights.HiddenSize, i0, f0, g0, o0, showGates);
            Finish(ref row1, at, unit, weights.HiddenSize, i1, f1, g1, o1, showGates);
            Finish(ref row2, at, unit, weights.HiddenSize, i2, f2, g2, o2, showGates);
            Finish(ref row3, at, unit, weights.HiddenSize, i3, f3, g3, o3, showGates);
        }
    }

    // One session alone: two vectors of units at a time, for 8 sums in flight hide the latency of a fused multiply-add.
    private static void OneSession(LstmWeights weights, ref float row, LstmRow at, bool showGates)
    {
        int depth = weights.Depth;
        int unit = 0;
        ref float z = ref Unsafe.Add(ref row, at.Joined);
        for (; unit + V.Width < weights.HiddenSize; unit += 2 * V.Width)
        {
            ref float v = ref WeightsOf(weights, unit);
            ref float w = ref WeightsOf(weights, unit + V.Width);
            ref float b = ref BiasOf(weights, unit);
            V i0 = V.Load(ref b, 0), f0 = V.Load(ref b, GateStride), g0 = V.Load(ref b, 2 * GateStride), o0 = V.Load(ref b, 3 * GateStride);
            b = ref BiasOf(weights, unit + V.Width);
            V i1 = V.Load(ref b, 0), f1 = V.Load(ref b, GateStride), g1 = V.Load(ref b, 2 * GateStride), o1 = V.Load(ref b, 3 * GateStride);
            for (int k = 0; k < depth; k++)
            {
                V zk = V.All(Unsafe.Add(ref z, k));
                i0 = V.FusedMultiplyAdd(V.Load(ref v, 0), zk, i0);
                f0 = V.FusedMultiplyAdd(V.Load(ref v, GateStride), zk, f0);
                g0 = V.FusedMultiplyAdd(V.Load(ref v, 2 * GateStride), zk, g0);
                o0 = V.FusedMultiplyAdd(V.Load(ref v, 3 * GateStride), zk, o0);
                i1 = V.FusedMultiplyAdd(V.Load(ref w, 0), zk, i1);
                f1 = V.FusedMultiplyAdd(V.Load(ref w, GateStride), zk, f1);
                g1 = V.FusedMultiplyAdd(V.Load(ref w, 2 * GateStride), zk, g1);
                o1 = V.FusedMultiplyAdd(V.Load(ref w, 3 * GateStride), zk, o1);
                v = ref Unsafe.Add(ref v, DepthStride);
                w = ref Unsafe.Add(ref w, DepthStride);
            }
            Finish(ref row, at, unit, weights.HiddenSize, i0, f0, g0, o0, showGates);
            Finish(ref row, at, unit + V.Width, weights.HiddenSize, i1, f1, g1, o1, showGates);
        }
        if (unit < weights.HiddenSize)
        {
            ref float w = ref WeightsOf(weights, unit);
            ref float b = ref BiasOf(weights, unit);
            V i = V.Load(ref b, 0), f = V.Load(ref b, GateStride), g = V.Load(ref b, 2 * GateStride), o = V.Load(ref b, 3 * GateStride);
            for (int k = 0; k < depth; k++)
            {
                V zk = V.All(Unsafe.Add(ref z, k));
                i = V.FusedMultiplyAdd(V.Load(ref w, 0), zk, i);
                f = V.FusedMultiplyAdd(V.Load(ref w, GateStride), zk, f);
                g = V.FusedMultiplyAdd(V.Load(ref w, 2 * GateStride), zk, g);
                o = V.FusedMultiplyAdd(V.Load(ref w, 3 * GateStride), zk, o);
                w = ref Unsafe.Add(ref w, DepthStride);
            }
            Finish(ref row, at, unit, weights.HiddenSize, i, f, g, o, showGates);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(ref float row, LstmRow at, int unit, int hiddenSize, V i, V f, V g, V o, bool showGates)
    {
        V c = V.Load(ref row, at.C + unit);
        LstmCell<V>.Advance(ref i, ref f, ref g, ref o, ref c, out V h);
        V.Store(c, ref row, at.NewC + unit);
        V.Store(h, ref row, at.NewH + unit);
        if (showGates)
        {
            int padded = VectorWidths.Pad(hiddenSize);
            V.Store(i, ref row, at.Gates + unit);
            V.Store(f, ref row, at.Gates + padded + unit);
            V.Store(g, ref row, at.Gates + (2 * padded) + unit);
            V.Store(o, ref row, at.Gates + (3 * padded) + unit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float WeightsOf(LstmWeights weights, int unit) =>
        ref Unsafe.Add(ref weights.Packed.Start, ((unit / Lanes) * weights.Depth * DepthStride) + (unit % Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float BiasOf(LstmWeights weights, int unit) =>
        ref Unsafe.Add(ref weights.Bias.Start, ((unit / Lanes) * DepthStride) + (unit % Lanes));
}
