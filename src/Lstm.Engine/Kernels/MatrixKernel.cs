using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>y = x·W for every session of a batch. Every output is one sum over k in order, whatever the batch and the width.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal static class MatrixKernel<V>
    where V : struct, IFloatVector<V>
{
    private const int Lanes = VectorWidths.RowAlignment;

    /// <summary>Multiplies one row of a session, [K], by the matrix, [K, N].</summary>
    /// <param name="matrix">W.</param>
    /// <param name="rows">The first session's row.</param>
    /// <param name="stride">Floats from one session's row to the next.</param>
    /// <param name="batch">Number of sessions.</param>
    /// <param name="x">Offset of x, [K].</param>
    /// <param name="y">Offset of y, [N] padded to whole vectors.</param>
    public static void Multiply(PackedMatrix matrix, ref float rows, int stride, int batch, int x, int y)
    {
        int session = 0;
        for (; session + 4 <= batch; session += 4)
        {
            FourSessions(matrix, ref Unsafe.Add(ref rows, session * stride), stride, x, y);
        }
        for (; session < batch; session++)
        {
            OneSession(matrix, ref Unsafe.Add(ref rows, session * stride), x, y);
        }
    }

    private static void FourSessions(PackedMatrix matrix, ref float row, int stride, int x, int y)
    {
        ref float row1 = ref Unsafe.Add(ref row, stride);
        ref float row2 = ref Unsafe.Add(ref row1, stride);
        ref float row3 = ref Unsafe.Add(ref row2, stride);
        for (int column = 0; column < matrix.Columns; column += V.Width)
        {
            ref float w = ref ColumnOf(matrix, column);
            V y0 = V.All(0f), y1 = y0, y2 = y0, y3 = y0;
            for (int k = 0; k < matrix.Rows; k++)
            {
                V wk = V.Load(ref w, 0);
                y0 = V.FusedMultiplyAdd(wk, V.All(Unsafe.Add(ref row, x + k)), y0);
                y1 = V.FusedMultiplyAdd(wk, V.All(Unsafe.Add(ref row1, x + k)), y1);
                y2 = V.FusedMultiplyAdd(wk, V.All(Unsafe.Add(ref row2, x + k)), y2);
                y3 = V.FusedMultiplyAdd(wk, V.All(Unsafe.Add(ref row3, x + k)), y3);
                w = ref Unsafe.Add(ref w, Lanes);
            }
            V.Store(y0, ref row, y + column);
            V.Store(y1, ref row1, y + column);
            V.Store(y2, ref row2, y + column);
            V.Store(y3, ref row3, y + column);
        }
    }

    private static void OneSession(PackedMatrix matrix, ref float row, int x, int y)
    {
        for (int column = 0; column < matrix.Columns; column += V.Width)
        {
            ref float w = ref ColumnOf(matrix, column);
            V sum = V.All(0f);
            for (int k = 0; k < matrix.Rows; k++)
            {
                sum = V.FusedMultiplyAdd(V.Load(ref w, 0), V.All(Unsafe.Add(ref row, x + k)), sum);
                w = ref Unsafe.Add(ref w, Lanes);
            }
            V.Store(sum, ref row, y + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float ColumnOf(PackedMatrix matrix, int column) =>
        ref Unsafe.Add(ref matrix.Packed.Start, ((column / Lanes) * matrix.Rows * Lanes) + (column % Lanes));
}
