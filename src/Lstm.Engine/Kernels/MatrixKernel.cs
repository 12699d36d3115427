using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>
/// Sums = start + x·W for every session of a batch. Every output is one sum over k in order, from its start on, so its bits
/// depend on nothing but x and W: not on the tile, the batch or the width.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
internal static partial class MatrixKernel<V>
    where V : struct, IFloatVector<V>
{
    /// <summary>y = x·W + b for a vector of every session.</summary>
    /// <param name="matrix">W and b.</param>
    /// <param name="rows">The first session's row.</param>
    /// <param name="stride">Floats from one session's row to the next.</param>
    /// <param name="batch">Number of sessions, at least 1.</param>
    /// <param name="x">x in every row, [K].</param>
    /// <param name="y">Offset of y in a row, [N] rounded up to whole vectors.</param>
    public static void Multiply(PackedMatrix matrix, ref float rows, int stride, int batch, Operand x, int y)
    {
        for (int panel = 0; panel < matrix.Panels; panel += batch == 1 ? Panels.Together : 1)
        {
            int column = panel * matrix.Panel;
            ref float start = ref Unsafe.Add(ref matrix.Bias.Start, column);
            ref float sums = ref Unsafe.Add(ref rows, y + column);
            if (batch == 1)
            {
                Alone(matrix, panel, Math.Min(Panels.Together, matrix.Panels - panel), ref rows, x, ref start, matrix.Panel, ref sums, matrix.Panel);
            }
            else
            {
                Panel(matrix, panel, ref rows, stride, batch, x, ref start, 0, ref sums, stride);
            }
        }
    }

    /// <summary>A few panels of one session.</summary>
    /// <param name="matrix">W.</param>
    /// <param name="panel">Number of the first panel.</param>
    /// <param name="count">How many, at most <see cref="Panels.Together"/>.</param>
    /// <param name="row">The session's row.</param>
    /// <param name="x">x in the row, [K].</param>
    /// <param name="start">What the first panel's sums begin with.</param>
    /// <param name="startNext">Floats to the next panel's.</param>
    /// <param name="sums">Where the first panel's sums go.</param>
    /// <param name="sumsNext">Floats to the next panel's.</param>
    public static void Alone(PackedMatrix matrix, int panel, int count, ref float row, Operand x, ref float start, int startNext, ref float sums, int sumsNext)
    {
        Debug.Assert(count is >= 1 and <= Panels.Together && x.Length == matrix.Rows, "x as long as the matrix has rows");
        switch (matrix.Format)
        {
            case WeightFormat.BFloat16:
                Alone<BFloat16Weights<V>>(matrix, panel, count, ref row, x, ref start, startNext, ref sums, sumsNext);
                break;
            case WeightFormat.Int8:
                Alone<Int8Weights<V>>(matrix, panel, count, ref row, x, ref start, startNext, ref sums, sumsNext);
                break;
            default:
                Alone<FloatWeights<V>>(matrix, panel, count, ref row, x, ref start, startNext, ref sums, sumsNext);
                break;
        }
    }

    /// <summary>Sums of whole-number weights, in the units that they stand for.</summary>
    /// <param name="sums">A panel's sums of one session.</param>
    /// <param name="units">The unit of each.</param>
    /// <param name="count">How many, whole vectors.</param>
    public static void Scale(ref float sums, ref float units, int count)
    {
        for (int n = 0; n < count; n += V.Width)
        {
            V.Store(V.Load(ref sums, n) * V.Load(ref units, n), ref sums, n);
        }
    }

    /// <summary>One panel of every session of a batch.</summary>
    /// <param name="matrix">W.</param>
    /// <param name="panel">Number of the panel.</param>
    /// <param name="rows">The first session's row.</param>
    /// <param name="stride">Floats from one session's row to the next.</param>
    /// <param name="batch">Number of sessions, at least 1.</param>
    /// <param name="x">x in every row, [K].</param>
    /// <param name="start">What the first session's sums begin with.</param>
    /// <param name="startStride">Floats to the next session's; 0 when they all begin alike.</param>
    /// <param name="sums">Where the first session's sums go.</param>
    /// <param name="sumsStride">Floats to the next session's.</param>
    /// <param name="backward">Whether the panel before this one is next.</param>
    public static void Panel(
        PackedMatrix matrix, int panel, ref float rows, int stride, int batch, Operand x, ref float start, int startStride, ref float sums, int sumsStride, bool backward = false)
    {
        Debug.Assert(batch >= 1 && x.Length == matrix.Rows, "at least one session, x as long as the matrix has rows");
        switch (matrix.Format)
        {
            case WeightFormat.BFloat16:
                Panel<BFloat16Weights<V>>(matrix, panel, ref rows, stride, batch, x, ref start, startStride, ref sums, sumsStride, backward);
                break;
            case WeightFormat.Int8:
                Panel<Int8Weights<V>>(matrix, panel, ref rows, stride, batch, x, ref start, startStride, ref sums, sumsStride, backward);
                break;
            default:
                Panel<FloatWeights<V>>(matrix, panel, ref rows, stride, batch, x, ref start, startStride, ref sums, sumsStride, backward);
                break;
        }
    }
}
