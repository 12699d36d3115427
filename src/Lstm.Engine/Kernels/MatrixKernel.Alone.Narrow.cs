using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <content>One session alone: three vectors side by side, what x or h adds to a GRU's sums; and one, the end of a narrow matrix.</content>
internal static partial class MatrixKernel<V>
{
    // 12 sums in flight, from four panels at once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FourTilesOfThree<W>(ref byte w, int panel, nint next, ref float row, Operand x, ref float start, int startNext, ref float sums, int sumsNext)
        where W : struct, IWeights<V>
    {
        ref float x0 = ref Unsafe.Add(ref row, x.First);
        V a0 = V.Load(ref start, 0), a1 = V.Load(ref start, V.Width), a2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startNext);
        V b0 = V.Load(ref start, 0), b1 = V.Load(ref start, V.Width), b2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startNext);
        V c0 = V.Load(ref start, 0), c1 = V.Load(ref start, V.Width), c2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startNext);
        V d0 = V.Load(ref start, 0), d1 = V.Load(ref start, V.Width), d2 = V.Load(ref start, 2 * V.Width);
        ref byte w1 = ref Unsafe.AddByteOffset(ref w, next);
        ref byte w2 = ref Unsafe.AddByteOffset(ref w1, next);
        ref byte w3 = ref Unsafe.AddByteOffset(ref w2, next);
        int length = x.FirstLength;
        while (true)
        {
            for (int k = 0; k < length; k++)
            {
                V xk = V.All(Unsafe.Add(ref x0, k));
                a0 = V.FusedMultiplyAdd(xk, W.Load(ref w, 0), a0);
                a1 = V.FusedMultiplyAdd(xk, W.Load(ref w, V.Width), a1);
                a2 = V.FusedMultiplyAdd(xk, W.Load(ref w, 2 * V.Width), a2);
                b0 = V.FusedMultiplyAdd(xk, W.Load(ref w1, 0), b0);
                b1 = V.FusedMultiplyAdd(xk, W.Load(ref w1, V.Width), b1);
                b2 = V.FusedMultiplyAdd(xk, W.Load(ref w1, 2 * V.Width), b2);
                c0 = V.FusedMultiplyAdd(xk, W.Load(ref w2, 0), c0);
                c1 = V.FusedMultiplyAdd(xk, W.Load(ref w2, V.Width), c1);
                c2 = V.FusedMultiplyAdd(xk, W.Load(ref w2, 2 * V.Width), c2);
                d0 = V.FusedMultiplyAdd(xk, W.Load(ref w3, 0), d0);
                d1 = V.FusedMultiplyAdd(xk, W.Load(ref w3, V.Width), d1);
                d2 = V.FusedMultiplyAdd(xk, W.Load(ref w3, 2 * V.Width), d2);
                w = ref Unsafe.AddByteOffset(ref w, panel);
                w1 = ref Unsafe.AddByteOffset(ref w1, panel);
                w2 = ref Unsafe.AddByteOffset(ref w2, panel);
                w3 = ref Unsafe.AddByteOffset(ref w3, panel);
            }
            if (x.SecondLength == 0)
            {
                break;
            }
            x0 = ref Unsafe.Add(ref x0, x.Second - x.First);
            length = x.SecondLength;
            x = x.Rest;
        }
        Store3(ref sums, a0, a1, a2);
        sums = ref Unsafe.Add(ref sums, sumsNext);
        Store3(ref sums, b0, b1, b2);
        sums = ref Unsafe.Add(ref sums, sumsNext);
        Store3(ref sums, c0, c1, c2);
        sums = ref Unsafe.Add(ref sums, sumsNext);
        Store3(ref sums, d0, d1, d2);
    }

    // Two panels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TwoTilesOfThree<W>(ref byte w, int panel, nint next, ref float row, Operand x, ref float start, int startNext, ref float sums, int sumsNext)
        where W : struct, IWeights<V>
    {
        ref float x0 = ref Unsafe.Add(ref row, x.First);
        V a0 = V.Load(ref start, 0), a1 = V.Load(ref start, V.Width), a2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startNext);
        V b0 = V.Load(ref start, 0), b1 = V.Load(ref start, V.Width), b2 = V.Load(ref start, 2 * V.Width);
        ref byte w1 = ref Unsafe.AddByteOffset(ref w, next);
        int length = x.FirstLength;
        while (true)
        {
            for (int k = 0; k < length; k++)
            {
                V xk = V.All(Unsafe.Add(ref x0, k));
                a0 = V.FusedMultiplyAdd(xk, W.Load(ref w, 0), a0);
                a1 = V.FusedMultiplyAdd(xk, W.Load(ref w, V.Width), a1);
                a2 = V.FusedMultiplyAdd(xk, W.Load(ref w, 2 * V.Width), a2);
                b0 = V.FusedMultiplyAdd(xk, W.Load(ref w1, 0), b0);
                b1 = V.FusedMultiplyAdd(xk, W.Load(ref w1, V.Width), b1);
                b2 = V.FusedMultiplyAdd(xk, W.Load(ref w1, 2 * V.Width), b2);
                w = ref Unsafe.AddByteOffset(ref w, panel);
                w1 = ref Unsafe.AddByteOffset(ref w1, panel);
            }
            if (x.SecondLength == 0)
            {
                break;
            }
            x0 = ref Unsafe.Add(ref x0, x.Second - x.First);
            length = x.SecondLength;
            x = x.Rest;
        }
        Store3(ref sums, a0, a1, a2);
        sums = ref Unsafe.Add(ref sums, sumsNext);
        Store3(ref sums, b0, b1, b2);
    }

    // What is left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OneTileOfThree<W>(ref byte w, int panel, nint next, ref float row, Operand x, ref float start, int startNext, ref float sums, int sumsNext)
        where W : struct, IWeights<V>
    {
        ref float x0 = ref Unsafe.Add(ref row, x.First);
        V a0 = V.Load(ref start, 0), a1 = V.Load(ref start, V.Width), a2 = V.Load(ref start, 2 * V.Width);
        int length = x.FirstLength;
        while (true)
        {
            for (int k = 0; k < length; k++)
            {
                V xk = V.All(Unsafe.Add(ref x0, k));
                a0 = V.FusedMultiplyAdd(xk, W.Load(ref w, 0), a0);
                a1 = V.FusedMultiplyAdd(xk, W.Load(ref w, V.Width), a1);
                a2 = V.FusedMultiplyAdd(xk, W.Load(ref w, 2 * V.Width), a2);
                w = ref Unsafe.AddByteOffset(ref w, panel);
            }
            if (x.SecondLength == 0)
            {
                break;
            }
            x0 = ref Unsafe.Add(ref x0, x.Second - x.First);
            length = x.SecondLength;
            x = x.Rest;
        }
        Store3(ref sums, a0, a1, a2);
    }

    // One vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OneVector<W>(ref byte w, int panel, nint next, ref float row, Operand x, ref float start, int startNext, ref float sums, int sumsNext)
        where W : struct, IWeights<V>
    {
        ref float x0 = ref Unsafe.Add(ref row, x.First);
        V a0 = V.Load(ref start, 0);
        int length = x.FirstLength;
        while (true)
        {
            for (int k = 0; k < length; k++)
            {
                V xk = V.All(Unsafe.Add(ref x0, k));
                a0 = V.FusedMultiplyAdd(xk, W.Load(ref w, 0), a0);
                w = ref Unsafe.AddByteOffset(ref w, panel);
            }
            if (x.SecondLength == 0)
            {
                break;
            }
            x0 = ref Unsafe.Add(ref x0, x.Second - x.First);
            length = x.SecondLength;
            x = x.Rest;
        }
        Store1(ref sums, a0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store3(ref float y, V s0, V s1, V s2)
    {
        V.Store(s0, ref y, 0);
        V.Store(s1, ref y, V.Width);
        V.Store(s2, ref y, 2 * V.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store1(ref float y, V s0)
    {
        V.Store(s0, ref y, 0);
    }
}
