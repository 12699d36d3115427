using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Lstm.Engine.Kernels;

/// <content>The way through a matrix: which tile computes which columns of which sessions, and what is asked for ahead.</content>
internal static partial class MatrixKernel<V>
{
    // Rows of a panel that stay in the nearest cache while all sessions pass over them: 96 rows of 64 floats are 24 KiB.
    private const int ChunkRows = 96;

    // Matrices up to here are found in a near cache, where asking ahead only costs.
    private const int PrefetchFromBytes = 1 << 20;

    private const int Lanes = VectorWidths.RowAlignment;

    // A panel is as many 16 columns as a cell has gates; narrower vectors take it in parts.
    private static int Parts
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Lanes / V.Width;
    }

    private static bool HasManyRegisters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.VL.IsSupported || AdvSimd.IsSupported;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Alone<W>(PackedMatrix matrix, int panel, int count, ref float row, Operand x, ref float start, int startNext, ref float sums, int sumsNext)
        where W : struct, IWeights<V>
    {
        for (int n = 0; n < count;)
        {
            int width = matrix.WidthOf(panel + n);
            int bytes = width * W.Bytes;
            ref byte w = ref matrix.StartOf(panel + n, W.Bytes);
            ref float from = ref Unsafe.Add(ref start, n * startNext);
            ref float to = ref Unsafe.Add(ref sums, n * sumsNext);
            if (Parts == 1 && width >= 3 * Lanes && count - n > 1 && matrix.WidthOf(panel + count - 1) == width)
            {
                n += SideBySide<W>(ref w, width, count - n, (nint)matrix.Rows * bytes, ref row, x, ref from, startNext, ref to, sumsNext);
                continue;
            }
            switch (width / Lanes)
            {
                case 4 when Parts > 1:
                    for (int column = 0; column < width; column += 8 * V.Width)
                    {
                        TwoTilesOfFour<W>(
                            ref Unsafe.AddByteOffset(ref w, column * W.Bytes), bytes, 4 * V.Width * W.Bytes, ref row, x,
                            ref Unsafe.Add(ref from, column), 4 * V.Width, ref Unsafe.Add(ref to, column), 4 * V.Width);
                    }
                    break;
                case 4:
                    OneTileOfFour<W>(ref w, bytes, 0, ref row, x, ref from, 0, ref to, 0);
                    break;
                case 3:
                    for (int column = 0; column < width; column += 3 * V.Width)
                    {
                        OneTileOfThree<W>(ref Unsafe.AddByteOffset(ref w, column * W.Bytes), bytes, 0, ref row, x, ref Unsafe.Add(ref from, column), 0, ref Unsafe.Add(ref to, column), 0);
                    }
                    break;
                default:
                    for (int column = 0; column < width; column += V.Width)
                    {
                        OneVector<W>(ref Unsafe.AddByteOffset(ref w, column * W.Bytes), bytes, 0, ref row, x, ref Unsafe.Add(ref from, column), 0, ref Unsafe.Add(ref to, column), 0);
                    }
                    break;
            }
            n++;
        }
    }

    // Panels of one width side by side; returns how many.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int SideBySide<W>(ref byte w, int width, int count, nint next, ref float row, Operand x, ref float start, int startNext, ref float sums, int sumsNext)
        where W : struct, IWeights<V>
    {
        int bytes = width * W.Bytes;
        switch (width, count)
        {
            case (4 * Lanes, >= 4):
                FourTilesOfFour<W>(ref w, bytes, next, ref row, x, ref start, startNext, ref sums, sumsNext);
                return 4;
            case (4 * Lanes, >= 2):
                TwoTilesOfFour<W>(ref w, bytes, next, ref row, x, ref start, startNext, ref sums, sumsNext);
                return 2;
            case (3 * Lanes, >= 4):
                FourTilesOfThree<W>(ref w, bytes, next, ref row, x, ref start, startNext, ref sums, sumsNext);
                return 4;
            default:
                TwoTilesOfThree<W>(ref w, bytes, next, ref row, x, ref start, startNext, ref sums, sumsNext);
                return 2;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Panel<W>(
        PackedMatrix matrix, int panel, ref float rows, int stride, int batch, Operand x, ref float start, int startStride, ref float sums, int sumsStride, bool backward)
        where W : struct, IWeights<V>
    {
        int width = matrix.WidthOf(panel);
        int bytes = width * W.Bytes;
        bool farAway = (long)matrix.Columns * matrix.Rows * W.Bytes >= PrefetchFromBytes;
        for (int k = 0; k < matrix.Rows; k += ChunkRows)
        {
            int length = Math.Min(ChunkRows, matrix.Rows - k);
            bool isLast = k + length == matrix.Rows;
            nint ahead = isLast && backward ? -(nint)(matrix.Rows + k) * bytes : (nint)length * bytes;
            ref byte w = ref Unsafe.AddByteOffset(ref matrix.StartOf(panel, W.Bytes), (nint)k * bytes);
            Operand stretch = x.Slice(k, length);
            switch (farAway ? W.Bytes : 0)
            {
                case sizeof(float):
                    Chunk<W, FourLines>(ref w, width, ahead, ref rows, stride, batch, stretch, ref start, startStride, ref sums, sumsStride);
                    break;
                case sizeof(ushort):
                    Chunk<W, TwoLines>(ref w, width, ahead, ref rows, stride, batch, stretch, ref start, startStride, ref sums, sumsStride);
                    break;
                case sizeof(sbyte):
                    Chunk<W, OneLine>(ref w, width, ahead, ref rows, stride, batch, stretch, ref start, startStride, ref sums, sumsStride);
                    break;
                default:
                    Chunk<W, NoPrefetch>(ref w, width, ahead, ref rows, stride, batch, stretch, ref start, startStride, ref sums, sumsStride);
                    break;
            }
            start = ref sums;
            startStride = sumsStride;
        }
    }

    // The first sessions also ask for the next chunk.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Chunk<W, P>(
        ref byte w, int width, nint ahead, ref float rows, int stride, int batch, Operand x, ref float start, int startStride, ref float sums, int sumsStride)
        where W : struct, IWeights<V>
        where P : struct, IPrefetch
    {
        int vectors = width >= 3 * Lanes ? width / Lanes : 1;
        for (int column = 0; column < width; column += vectors * V.Width)
        {
            ref byte part = ref Unsafe.AddByteOffset(ref w, column * W.Bytes);
            ref float from = ref Unsafe.Add(ref start, column);
            ref float to = ref Unsafe.Add(ref sums, column);
            for (int session = 0; session < batch;)
            {
                int together = SessionsOf(batch - session, vectors);
                ref float row = ref Unsafe.Add(ref rows, session * stride);
                ref float first = ref Unsafe.Add(ref from, session * startStride);
                ref float target = ref Unsafe.Add(ref to, session * sumsStride);
                if (session == 0)
                {
                    Tile<W, P>(ref part, width * W.Bytes, ahead, together, vectors, ref row, stride, x, ref first, startStride, ref target, sumsStride);
                }
                else
                {
                    Tile<W, NoPrefetch>(ref part, width * W.Bytes, ahead, together, vectors, ref row, stride, x, ref first, startStride, ref target, sumsStride);
                }
                session += together;
            }
        }
    }

    // As many sessions share every load of a weight as the registers hold sums for; 4 + 4 beats 6 + 2.
    private static int SessionsOf(int left, int vectors) =>
        vectors == 1 ? (left >= 4 ? 4 : 1)
        : left >= 6 && left != 8 && HasManyRegisters ? 6
        : left >= 4 && (HasManyRegisters || vectors == 3) ? 4
        : left >= 2 ? 2
        : 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<W, P>(
        ref byte w, int panel, nint ahead, int sessions, int vectors, ref float rows, int stride, Operand x, ref float start, int startStride, ref float sums, int sumsStride)
        where W : struct, IWeights<V>
        where P : struct, IPrefetch
    {
        switch (vectors, sessions)
        {
            case (4, 6):
                SixByFour<W, P>(ref w, panel, ahead, ref rows, stride, x, ref start, startStride, ref sums, sumsStride);
                break;
            case (4, 4):
                FourByFour<W, P>(ref w, panel, ahead, ref rows, stride, x, ref start, startStride, ref sums, sumsStride);
                break;
            case (4, 2):
                TwoByFour<W, P>(ref w, panel, ahead, ref rows, stride, x, ref start, startStride, ref sums, sumsStride);
                break;
            case (4, _):
                OneTileOfFour<W>(ref w, panel, 0, ref rows, x, ref start, 0, ref sums, 0);
                break;
            case (3, 6):
                SixByThree<W, P>(ref w, panel, ahead, ref rows, stride, x, ref start, startStride, ref sums, sumsStride);
                break;
            case (3, 4):
                FourByThree<W, P>(ref w, panel, ahead, ref rows, stride, x, ref start, startStride, ref sums, sumsStride);
                break;
            case (3, 2):
                TwoByThree<W, P>(ref w, panel, ahead, ref rows, stride, x, ref start, startStride, ref sums, sumsStride);
                break;
            case (3, _):
                OneTileOfThree<W>(ref w, panel, 0, ref rows, x, ref start, 0, ref sums, 0);
                break;
            case (_, 4):
                FourByOne<W, P>(ref w, panel, ahead, ref rows, stride, x, ref start, startStride, ref sums, sumsStride);
                break;
            default:
                OneVector<W>(ref w, panel, 0, ref rows, x, ref start, 0, ref sums, 0);
                break;
        }
    }
}
