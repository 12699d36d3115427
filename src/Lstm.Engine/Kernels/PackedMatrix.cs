using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lstm.Engine.Kernels;

/// <summary>
/// A constant matrix [K, N] and bias [N] for y = x·W + b, packed in the order in which the kernel reads it: panels of a few vectors' columns,
/// in each panel row after row. The columns are padded with zeros to whole vectors of any width.
/// </summary>
internal sealed class PackedMatrix
{
    /// <summary>Columns of a panel, unless a cell wants others.</summary>
    public const int UsualPanel = 64;

    /// <summary>The largest whole number of 8 bits that a weight may be.</summary>
    public const int MostInt8 = 127;

    /// <summary>Packs a matrix.</summary>
    /// <param name="rows">K, the length of x.</param>
    /// <param name="columns">N, the length of y.</param>
    /// <param name="valueAt">W by row and column; zero where a column is padding of the caller's own.</param>
    /// <param name="biasAt">b by column; null for zero.</param>
    /// <param name="panel">Columns of a panel: 16, 32, 48 or 64.</param>
    /// <param name="format">How W is kept. As <see cref="WeightFormat.Int8"/> it is W in units of <paramref name="unitAt"/>, and the product is one of these units.</param>
    /// <param name="unitAt">The unit of a column; null for 1.</param>
    public PackedMatrix(
        int rows, int columns, Func<int, int, float> valueAt, Func<int, float>? biasAt = null, int panel = UsualPanel,
        WeightFormat format = WeightFormat.Float32, Func<int, float>? unitAt = null)
    {
        Rows = rows;
        Panel = panel;
        Format = format;
        Columns = VectorWidths.Pad(columns);
        Packed = new AlignedBuffer(checked(((Columns * rows * BytesOf(format)) + sizeof(float) - 1) / sizeof(float)));
        Bias = new AlignedBuffer(Columns);
        for (int n = 0; n < columns; n++)
        {
            int first = (n / panel * panel * rows) + (n % panel);
            int width = WidthOf(n / panel);
            float unit = unitAt?.Invoke(n) ?? 1f;
            for (int k = 0; k < rows; k++)
            {
                Put(first + (k * width), valueAt(k, n), unit);
            }
            Bias.Span[n] = biasAt?.Invoke(n) ?? 0f;
        }
    }

    /// <summary>How W is kept.</summary>
    public WeightFormat Format { get; }

    /// <summary>Bytes of a weight.</summary>
    /// <param name="format">How it is kept.</param>
    /// <returns>4, 2 or 1.</returns>
    public static int BytesOf(WeightFormat format) => format switch
    {
        WeightFormat.Float32 => sizeof(float),
        WeightFormat.BFloat16 => sizeof(ushort),
        WeightFormat.Int8 => sizeof(sbyte),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    /// <summary>K, the length of x.</summary>
    public int Rows { get; }

    /// <summary>N, rounded up to whole vectors: what a product writes.</summary>
    public int Columns { get; }

    /// <summary>Columns of a panel; the last one may be narrower.</summary>
    public int Panel { get; }

    /// <summary>The packed values.</summary>
    public AlignedBuffer Packed { get; }

    /// <summary>b, [N].</summary>
    public AlignedBuffer Bias { get; }

    /// <summary>Number of panels.</summary>
    public int Panels => (Columns + Panel - 1) / Panel;

    /// <summary>Columns of one panel.</summary>
    /// <param name="panel">Its number.</param>
    /// <returns>16 … <see cref="Panel"/>.</returns>
    public int WidthOf(int panel) => Math.Min(Panel, Columns - (panel * Panel));

    /// <summary>The first weight of a panel.</summary>
    /// <param name="panel">Its number.</param>
    /// <param name="bytes">Bytes of a weight.</param>
    /// <returns>Its first byte.</returns>
    public ref byte StartOf(int panel, int bytes) => ref Unsafe.AddByteOffset(ref Unsafe.As<float, byte>(ref Packed.Start), (nint)panel * Panel * Rows * bytes);

    private void Put(int place, float value, float unit)
    {
        switch (Format)
        {
            case WeightFormat.BFloat16:
                MemoryMarshal.Cast<float, ushort>(Packed.Span)[place] = RoundToUpperHalf(value);
                break;
            case WeightFormat.Int8:
                MemoryMarshal.Cast<float, sbyte>(Packed.Span)[place] = (sbyte)Math.Clamp(MathF.Round(value / unit), -MostInt8, MostInt8);
                break;
            default:
                Packed.Span[place] = value;
                break;
        }
    }

    // To nearest, ties to even.
    private static ushort RoundToUpperHalf(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFFu + ((bits >> FloatBits.HalfBits) & 1u)) >> FloatBits.HalfBits);
    }
}
