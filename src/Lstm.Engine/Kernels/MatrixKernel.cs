using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>
/// y = x·W + b for every session of a batch. Every output starts at its bias and is one sum over k in order, so its bits
/// depend on nothing but x and W: not on the tile, the batch or the width.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
internal static class MatrixKernel<V>
    where V : struct, IFloatVector<V>
{
    // Vectors side by side in a tile; 4·16 lanes are a panel, 4 of a narrower vector a part of one.
    private const int Side = 4;

    /// <summary>Multiplies a vector of every session, [K], by the matrix, [K, N].</summary>
    /// <param name="matrix">W and b.</param>
    /// <param name="rows">The first session's row.</param>
    /// <param name="stride">Floats from one session's row to the next.</param>
    /// <param name="batch">Number of sessions, at least 1.</param>
    /// <param name="x">Offset of x in a row, [K].</param>
    /// <param name="y">Offset of y in a row, [N] rounded up to whole vectors.</param>
    public static void Multiply(PackedMatrix matrix, ref float rows, int stride, int batch, int x, int y)
    {
        Debug.Assert(batch >= 1, "at least one session");
        int whole = matrix.Columns - (matrix.Columns % (Side * V.Width));
        int session = 0;
        for (; session + 4 <= batch; session += 4)
        {
            ref float row = ref Unsafe.Add(ref rows, session * stride);
            for (int column = 0; column < whole; column += Side * V.Width)
            {
                FourSessions(matrix, column, ref Unsafe.Add(ref row, x), ref Unsafe.Add(ref row, y + column), stride);
            }
        }
        for (; session < batch; session++)
        {
            ref float row = ref Unsafe.Add(ref rows, session * stride);
            int column = 0;
            for (; column + (2 * Side * V.Width) <= whole; column += 2 * Side * V.Width)
            {
                TwoTiles(matrix, column, ref Unsafe.Add(ref row, x), ref Unsafe.Add(ref row, y + column));
            }
            if (column < whole)
            {
                OneTile(matrix, column, ref Unsafe.Add(ref row, x), ref Unsafe.Add(ref row, y + column));
            }
        }
        for (session = 0; session < batch; session++)
        {
            ref float row = ref Unsafe.Add(ref rows, session * stride);
            for (int column = whole; column < matrix.Columns; column += V.Width)
            {
                OneVector(matrix, column, ref Unsafe.Add(ref row, x), ref Unsafe.Add(ref row, y + column));
            }
        }
    }

    // Four sessions share every load of a weight: 16 sums in flight.
    private static void FourSessions(PackedMatrix matrix, int column, ref float x, ref float y, int stride)
    {
        ref float w = ref Unsafe.Add(ref matrix.Packed.Start, matrix.OffsetOf(column));
        ref float b = ref Unsafe.Add(ref matrix.Bias.Start, column);
        int panel = matrix.PanelWidth(column);
        ref float x1 = ref Unsafe.Add(ref x, stride);
        ref float x2 = ref Unsafe.Add(ref x1, stride);
        ref float x3 = ref Unsafe.Add(ref x2, stride);
        V a0 = V.Load(ref b, 0), a1 = V.Load(ref b, V.Width), a2 = V.Load(ref b, 2 * V.Width), a3 = V.Load(ref b, 3 * V.Width);
        V b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        V c0 = a0, c1 = a1, c2 = a2, c3 = a3;
        V d0 = a0, d1 = a1, d2 = a2, d3 = a3;
        for (int k = 0; k < matrix.Rows; k++)
        {
            V w0 = V.Load(ref w, 0), w1 = V.Load(ref w, V.Width), w2 = V.Load(ref w, 2 * V.Width), w3 = V.Load(ref w, 3 * V.Width);
            V xk = V.All(Unsafe.Add(ref x, k));
            a0 = V.FusedMultiplyAdd(w0, xk, a0);
            a1 = V.FusedMultiplyAdd(w1, xk, a1);
            a2 = V.FusedMultiplyAdd(w2, xk, a2);
            a3 = V.FusedMultiplyAdd(w3, xk, a3);
            xk = V.All(Unsafe.Add(ref x1, k));
            b0 = V.FusedMultiplyAdd(w0, xk, b0);
            b1 = V.FusedMultiplyAdd(w1, xk, b1);
            b2 = V.FusedMultiplyAdd(w2, xk, b2);
            b3 = V.FusedMultiplyAdd(w3, xk, b3);
            xk = V.All(Unsafe.Add(ref x2, k));
            c0 = V.FusedMultiplyAdd(w0, xk, c0);
            c1 = V.FusedMultiplyAdd(w1, xk, c1);
            c2 = V.FusedMultiplyAdd(w2, xk, c2);
            c3 = V.FusedMultiplyAdd(w3, xk, c3);
            xk = V.All(Unsafe.Add(ref x3, k));
            d0 = V.FusedMultiplyAdd(w0, xk, d0);
            d1 = V.FusedMultiplyAdd(w1, xk, d1);
            d2 = V.FusedMultiplyAdd(w2, xk, d2);
            d3 = V.FusedMultiplyAdd(w3, xk, d3);
            w = ref Unsafe.Add(ref w, panel);
        }
        StoreTile(ref y, 0, a0, a1, a2, a3);
        StoreTile(ref y, stride, b0, b1, b2, b3);
        StoreTile(ref y, 2 * stride, c0, c1, c2, c3);
        StoreTile(ref y, 3 * stride, d0, d1, d2, d3);
    }

    // One session alone: two tiles at a time, for it takes 8 sums in flight to hide the latency of a fused multiply-add.
    private static void TwoTiles(PackedMatrix matrix, int column, ref float x, ref float y)
    {
        int next = column + (Side * V.Width);
        ref float v = ref Unsafe.Add(ref matrix.Packed.Start, matrix.OffsetOf(column));
        ref float w = ref Unsafe.Add(ref matrix.Packed.Start, matrix.OffsetOf(next));
        int vPanel = matrix.PanelWidth(column);
        int wPanel = matrix.PanelWidth(next);
        ref float b = ref Unsafe.Add(ref matrix.Bias.Start, column);
        V a0 = V.Load(ref b, 0), a1 = V.Load(ref b, V.Width), a2 = V.Load(ref b, 2 * V.Width), a3 = V.Load(ref b, 3 * V.Width);
        V b0 = V.Load(ref b, 4 * V.Width), b1 = V.Load(ref b, 5 * V.Width), b2 = V.Load(ref b, 6 * V.Width), b3 = V.Load(ref b, 7 * V.Width);
        for (int k = 0; k < matrix.Rows; k++)
        {
            V xk = V.All(Unsafe.Add(ref x, k));
            a0 = V.FusedMultiplyAdd(V.Load(ref v, 0), xk, a0);
            a1 = V.FusedMultiplyAdd(V.Load(ref v, V.Width), xk, a1);
            a2 = V.FusedMultiplyAdd(V.Load(ref v, 2 * V.Width), xk, a2);
            a3 = V.FusedMultiplyAdd(V.Load(ref v, 3 * V.Width), xk, a3);
            b0 = V.FusedMultiplyAdd(V.Load(ref w, 0), xk, b0);
            b1 = V.FusedMultiplyAdd(V.Load(ref w, V.Width), xk, b1);
            b2 = V.FusedMultiplyAdd(V.Load(ref w, 2 * V.Width), xk, b2);
            b3 = V.FusedMultiplyAdd(V.Load(ref w, 3 * V.Width), xk, b3);
            v = ref Unsafe.Add(ref v, vPanel);
            w = ref Unsafe.Add(ref w, wPanel);
        }
        StoreTile(ref y, 0, a0, a1, a2, a3);
        StoreTile(ref y, Side * V.Width, b0, b1, b2, b3);
    }

    private static void OneTile(PackedMatrix matrix, int column, ref float x, ref float y)
    {
        ref float w = ref Unsafe.Add(ref matrix.Packed.Start, matrix.OffsetOf(column));
        ref float b = ref Unsafe.Add(ref matrix.Bias.Start, column);
        int panel = matrix.PanelWidth(column);
        V a0 = V.Load(ref b, 0), a1 = V.Load(ref b, V.Width), a2 = V.Load(ref b, 2 * V.Width), a3 = V.Load(ref b, 3 * V.Width);
        for (int k = 0; k < matrix.Rows; k++)
        {
            V xk = V.All(Unsafe.Add(ref x, k));
            a0 = V.FusedMultiplyAdd(V.Load(ref w, 0), xk, a0);
            a1 = V.FusedMultiplyAdd(V.Load(ref w, V.Width), xk, a1);
            a2 = V.FusedMultiplyAdd(V.Load(ref w, 2 * V.Width), xk, a2);
            a3 = V.FusedMultiplyAdd(V.Load(ref w, 3 * V.Width), xk, a3);
            w = ref Unsafe.Add(ref w, panel);
        }
        StoreTile(ref y, 0, a0, a1, a2, a3);
    }

    // What is left of a narrow last panel.
    private static void OneVector(PackedMatrix matrix, int column, ref float x, ref float y)
    {
        ref float w = ref Unsafe.Add(ref matrix.Packed.Start, matrix.OffsetOf(column));
        int panel = matrix.PanelWidth(column);
        V sum = V.Load(ref matrix.Bias.Start, column);
        for (int k = 0; k < matrix.Rows; k++)
        {
            sum = V.FusedMultiplyAdd(V.Load(ref w, 0), V.All(Unsafe.Add(ref x, k)), sum);
            w = ref Unsafe.Add(ref w, panel);
        }
        V.Store(sum, ref y, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTile(ref float y, int offset, V s0, V s1, V s2, V s3)
    {
        V.Store(s0, ref y, offset);
        V.Store(s1, ref y, offset + V.Width);
        V.Store(s2, ref y, offset + (2 * V.Width));
        V.Store(s3, ref y, offset + (3 * V.Width));
    }
}
