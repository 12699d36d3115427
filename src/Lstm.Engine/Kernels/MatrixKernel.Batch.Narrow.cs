using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <content>Several sessions share every load of a weight: three vectors side by side, what x or h adds to a GRU's sums; and one, the end of a narrow matrix.</content>
internal static partial class MatrixKernel<V>
{
    // Six sessions.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void SixByThree<W, P>(
        ref byte w, int panel, nint ahead, ref float rows, int stride, Operand x, ref float start, int startStride, ref float sums, int sumsStride)
        where W : struct, IWeights<V>
        where P : struct, IPrefetch
    {
        ref float x0 = ref Unsafe.Add(ref rows, x.First);
        ref float x1 = ref Unsafe.Add(ref x0, stride);
        ref float x2 = ref Unsafe.Add(ref x1, stride);
        ref float x3 = ref Unsafe.Add(ref x2, stride);
        ref float x4 = ref Unsafe.Add(ref x3, stride);
        ref float x5 = ref Unsafe.Add(ref x4, stride);
        V a0 = V.Load(ref start, 0), a1 = V.Load(ref start, V.Width), a2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V b0 = V.Load(ref start, 0), b1 = V.Load(ref start, V.Width), b2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V c0 = V.Load(ref start, 0), c1 = V.Load(ref start, V.Width), c2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V d0 = V.Load(ref start, 0), d1 = V.Load(ref start, V.Width), d2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V e0 = V.Load(ref start, 0), e1 = V.Load(ref start, V.Width), e2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V f0 = V.Load(ref start, 0), f1 = V.Load(ref start, V.Width), f2 = V.Load(ref start, 2 * V.Width);
        int length = x.FirstLength;
        while (true)
        {
            for (int k = 0; k < length; k++)
            {
                V w0 = W.Load(ref w, 0), w1 = W.Load(ref w, V.Width), w2 = W.Load(ref w, 2 * V.Width);
                P.Lines(ref w, ahead);
                V xk = V.All(Unsafe.Add(ref x0, k));
                a0 = V.FusedMultiplyAdd(xk, w0, a0);
                a1 = V.FusedMultiplyAdd(xk, w1, a1);
                a2 = V.FusedMultiplyAdd(xk, w2, a2);
                xk = V.All(Unsafe.Add(ref x1, k));
                b0 = V.FusedMultiplyAdd(xk, w0, b0);
                b1 = V.FusedMultiplyAdd(xk, w1, b1);
                b2 = V.FusedMultiplyAdd(xk, w2, b2);
                xk = V.All(Unsafe.Add(ref x2, k));
                c0 = V.FusedMultiplyAdd(xk, w0, c0);
                c1 = V.FusedMultiplyAdd(xk, w1, c1);
                c2 = V.FusedMultiplyAdd(xk, w2, c2);
                xk = V.All(Unsafe.Add(ref x3, k));
                d0 = V.FusedMultiplyAdd(xk, w0, d0);
                d1 = V.FusedMultiplyAdd(xk, w1, d1);
                d2 = V.FusedMultiplyAdd(xk, w2, d2);
                xk = V.All(Unsafe.Add(ref x4, k));
                e0 = V.FusedMultiplyAdd(xk, w0, e0);
                e1 = V.FusedMultiplyAdd(xk, w1, e1);
                e2 = V.FusedMultiplyAdd(xk, w2, e2);
                xk = V.All(Unsafe.Add(ref x5, k));
                f0 = V.FusedMultiplyAdd(xk, w0, f0);
                f1 = V.FusedMultiplyAdd(xk, w1, f1);
                f2 = V.FusedMultiplyAdd(xk, w2, f2);
                w = ref Unsafe.AddByteOffset(ref w, panel);
            }
            if (x.SecondLength == 0)
            {
                break;
            }
            x0 = ref Unsafe.Add(ref x0, x.Second - x.First);
            x1 = ref Unsafe.Add(ref x1, x.Second - x.First);
            x2 = ref Unsafe.Add(ref x2, x.Second - x.First);
            x3 = ref Unsafe.Add(ref x3, x.Second - x.First);
            x4 = ref Unsafe.Add(ref x4, x.Second - x.First);
            x5 = ref Unsafe.Add(ref x5, x.Second - x.First);
            length = x.SecondLength;
            x = x.Rest;
        }
        Store3(ref sums, a0, a1, a2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, b0, b1, b2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, c0, c1, c2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, d0, d1, d2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, e0, e1, e2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, f0, f1, f2);
    }

    // Four sessions.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FourByThree<W, P>(
        ref byte w, int panel, nint ahead, ref float rows, int stride, Operand x, ref float start, int startStride, ref float sums, int sumsStride)
        where W : struct, IWeights<V>
        where P : struct, IPrefetch
    {
        ref float x0 = ref Unsafe.Add(ref rows, x.First);
        ref float x1 = ref Unsafe.Add(ref x0, stride);
        ref float x2 = ref Unsafe.Add(ref x1, stride);
        ref float x3 = ref Unsafe.Add(ref x2, stride);
        V a0 = V.Load(ref start, 0), a1 = V.Load(ref start, V.Width), a2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V b0 = V.Load(ref start, 0), b1 = V.Load(ref start, V.Width), b2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V c0 = V.Load(ref start, 0), c1 = V.Load(ref start, V.Width), c2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V d0 = V.Load(ref start, 0), d1 = V.Load(ref start, V.Width), d2 = V.Load(ref start, 2 * V.Width);
        int length = x.FirstLength;
        while (true)
        {
            for (int k = 0; k < length; k++)
            {
                V w0 = W.Load(ref w, 0), w1 = W.Load(ref w, V.Width), w2 = W.Load(ref w, 2 * V.Width);
                P.Lines(ref w, ahead);
                V xk = V.All(Unsafe.Add(ref x0, k));
                a0 = V.FusedMultiplyAdd(xk, w0, a0);
                a1 = V.FusedMultiplyAdd(xk, w1, a1);
                a2 = V.FusedMultiplyAdd(xk, w2, a2);
                xk = V.All(Unsafe.Add(ref x1, k));
                b0 = V.FusedMultiplyAdd(xk, w0, b0);
                b1 = V.FusedMultiplyAdd(xk, w1, b1);
                b2 = V.FusedMultiplyAdd(xk, w2, b2);
                xk = V.All(Unsafe.Add(ref x2, k));
                c0 = V.FusedMultiplyAdd(xk, w0, c0);
                c1 = V.FusedMultiplyAdd(xk, w1, c1);
                c2 = V.FusedMultiplyAdd(xk, w2, c2);
                xk = V.All(Unsafe.Add(ref x3, k));
                d0 = V.FusedMultiplyAdd(xk, w0, d0);
                d1 = V.FusedMultiplyAdd(xk, w1, d1);
                d2 = V.FusedMultiplyAdd(xk, w2, d2);
                w = ref Unsafe.AddByteOffset(ref w, panel);
            }
            if (x.SecondLength == 0)
            {
                break;
            }
            x0 = ref Unsafe.Add(ref x0, x.Second - x.First);
            x1 = ref Unsafe.Add(ref x1, x.Second - x.First);
            x2 = ref Unsafe.Add(ref x2, x.Second - x.First);
            x3 = ref Unsafe.Add(ref x3, x.Second - x.First);
            length = x.SecondLength;
            x = x.Rest;
        }
        Store3(ref sums, a0, a1, a2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, b0, b1, b2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, c0, c1, c2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, d0, d1, d2);
    }

    // Two sessions.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TwoByThree<W, P>(
        ref byte w, int panel, nint ahead, ref float rows, int stride, Operand x, ref float start, int startStride, ref float sums, int sumsStride)
        where W : struct, IWeights<V>
        where P : struct, IPrefetch
    {
        ref float x0 = ref Unsafe.Add(ref rows, x.First);
        ref float x1 = ref Unsafe.Add(ref x0, stride);
        V a0 = V.Load(ref start, 0), a1 = V.Load(ref start, V.Width), a2 = V.Load(ref start, 2 * V.Width);
        start = ref Unsafe.Add(ref start, startStride);
        V b0 = V.Load(ref start, 0), b1 = V.Load(ref start, V.Width), b2 = V.Load(ref start, 2 * V.Width);
        int length = x.FirstLength;
        while (true)
        {
            for (int k = 0; k < length; k++)
            {
                V w0 = W.Load(ref w, 0), w1 = W.Load(ref w, V.Width), w2 = W.Load(ref w, 2 * V.Width);
                P.Lines(ref w, ahead);
                V xk = V.All(Unsafe.Add(ref x0, k));
                a0 = V.FusedMultiplyAdd(xk, w0, a0);
                a1 = V.FusedMultiplyAdd(xk, w1, a1);
                a2 = V.FusedMultiplyAdd(xk, w2, a2);
                xk = V.All(Unsafe.Add(ref x1, k));
                b0 = V.FusedMultiplyAdd(xk, w0, b0);
                b1 = V.FusedMultiplyAdd(xk, w1, b1);
                b2 = V.FusedMultiplyAdd(xk, w2, b2);
                w = ref Unsafe.AddByteOffset(ref w, panel);
            }
            if (x.SecondLength == 0)
            {
                break;
            }
            x0 = ref Unsafe.Add(ref x0, x.Second - x.First);
            x1 = ref Unsafe.Add(ref x1, x.Second - x.First);
            length = x.SecondLength;
            x = x.Rest;
        }
        Store3(ref sums, a0, a1, a2);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store3(ref sums, b0, b1, b2);
    }

    // Four sessions of one vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FourByOne<W, P>(
        ref byte w, int panel, nint ahead, ref float rows, int stride, Operand x, ref float start, int startStride, ref float sums, int sumsStride)
        where W : struct, IWeights<V>
        where P : struct, IPrefetch
    {
        ref float x0 = ref Unsafe.Add(ref rows, x.First);
        ref float x1 = ref Unsafe.Add(ref x0, stride);
        ref float x2 = ref Unsafe.Add(ref x1, stride);
        ref float x3 = ref Unsafe.Add(ref x2, stride);
        V a0 = V.Load(ref start, 0);
        start = ref Unsafe.Add(ref start, startStride);
        V b0 = V.Load(ref start, 0);
        start = ref Unsafe.Add(ref start, startStride);
        V c0 = V.Load(ref start, 0);
        start = ref Unsafe.Add(ref start, startStride);
        V d0 = V.Load(ref start, 0);
        int length = x.FirstLength;
        while (true)
        {
            for (int k = 0; k < length; k++)
            {
                V w0 = W.Load(ref w, 0);
                P.Lines(ref w, ahead);
                V xk = V.All(Unsafe.Add(ref x0, k));
                a0 = V.FusedMultiplyAdd(xk, w0, a0);
                xk = V.All(Unsafe.Add(ref x1, k));
                b0 = V.FusedMultiplyAdd(xk, w0, b0);
                xk = V.All(Unsafe.Add(ref x2, k));
                c0 = V.FusedMultiplyAdd(xk, w0, c0);
                xk = V.All(Unsafe.Add(ref x3, k));
                d0 = V.FusedMultiplyAdd(xk, w0, d0);
                w = ref Unsafe.AddByteOffset(ref w, panel);
            }
            if (x.SecondLength == 0)
            {
                break;
            }
            x0 = ref Unsafe.Add(ref x0, x.Second - x.First);
            x1 = ref Unsafe.Add(ref x1, x.Second - x.First);
            x2 = ref Unsafe.Add(ref x2, x.Second - x.First);
            x3 = ref Unsafe.Add(ref x3, x.Second - x.First);
            length = x.SecondLength;
            x = x.Rest;
        }
        Store1(ref sums, a0);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store1(ref sums, b0);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store1(ref sums, c0);
        sums = ref Unsafe.Add(ref sums, sumsStride);
        Store1(ref sums, d0);
    }
}
