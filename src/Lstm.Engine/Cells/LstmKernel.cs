using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>
/// Advances one LSTM layer for a batch of sessions: first the gate sums, then the cell, while they are still in the nearest cache.
/// Every sum starts at its bias and runs over k of [x, h] in order, so the result's bits depend on nothing but weights, state and input:
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
            FourSessions(weights, ref Unsafe.Add(ref rows, session * stride), stride, at);
        }
        for (; session < batch; session++)
        {
            OneSession(weights, ref Unsafe.Add(ref rows, session * stride), at);
        }
        for (session = 0; session < batch; session++)
        {
            AdvanceCell(ref Unsafe.Add(ref rows, session * stride), at, weights.HiddenSize, showGates);
        }
    }

    // Four sessions share every load of a weight: 16 sums in flight.
    private static void FourSessions(LstmWeights weights, ref float row, int stride, LstmRow at)
    {
        ref float row1 = ref Unsafe.Add(ref row, stride);
        ref float row2 = ref Unsafe.Add(ref row1, stride);
        ref float row3 = ref Unsafe.Add(ref row2, stride);
        int depth = weights.Depth;
        int padded = VectorWidths.Pad(weights.HiddenSize);
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
            StoreSums(ref row, at.Gates + unit, padded, i0, f0, g0, o0);
            StoreSums(ref row1, at.Gates + unit, padded, i1, f1, g1, o1);
            StoreSums(ref row2, at.Gates + unit, padded, i2, f2, g2, o2);
            StoreSums(ref row3, at.Gates + unit, padded, i3, f3, g3, o3);
        }
    }

    // One session alone: two vectors of units at a time, for 8 sums in flight hide the latency of a fused multiply-add.
    private static void OneSession(LstmWeights weights, ref float row, LstmRow at)
    {
        int depth = weights.Depth;
        int padded = VectorWidths.Pad(weights.HiddenSize);
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
            StoreSums(ref row, at.Gates + unit, padded, i0, f0, g0, o0);
            StoreSums(ref row, at.Gates + unit + V.Width, padded, i1, f1, g1, o1);
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
            StoreSums(ref row, at.Gates + unit, padded, i, f, g, o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSums(ref float row, int gates, int padded, V i, V f, V g, V o)
    {
        V.Store(i, ref row, gates);
        V.Store(f, ref row, gates + padded);
        V.Store(g, ref row, gates + (2 * padded));
        V.Store(o, ref row, gates + (3 * padded));
    }

    // From the gate sums to c(t) and h(t); the sums become the gates where they are asked for.
    private static void AdvanceCell(ref float row, LstmRow at, int hiddenSize, bool showGates)
    {
        int padded = VectorWidths.Pad(hiddenSize);
        for (int unit = 0; unit < hiddenSize; unit += V.Width)
        {
            int gates = at.Gates + unit;
            V i = V.Load(ref row, gates), f = V.Load(ref row, gates + padded), g = V.Load(ref row, gates + (2 * padded)), o = V.Load(ref row, gates + (3 * padded));
            V c = V.Load(ref row, at.C + unit);
            LstmCell<V>.Advance(ref i, ref f, ref g, ref o, ref c, out V h);
            V.Store(c, ref row, at.NewC + unit);
            V.Store(h, ref row, at.NewH + unit);
            if (showGates)
            {
                StoreSums(ref row, gates, padded, i, f, g, o);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float WeightsOf(LstmWeights weights, int unit) =>
        ref Unsafe.Add(ref weights.Packed.Start, ((unit / Lanes) * weights.Depth * DepthStride) + (unit % Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float BiasOf(LstmWeights weights, int unit) =>
        ref Unsafe.Add(ref weights.Bias.Start, ((unit / Lanes) * DepthStride) + (unit % Lanes));
}
