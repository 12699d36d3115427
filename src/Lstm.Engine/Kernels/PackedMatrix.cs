using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>
/// A constant matrix [K, N] and bias [N] for y = x·W + b, packed in the order in which the kernel reads it: panels of a few vectors' columns,
/// in each panel row after row. The columns are padded with zeros to whole vectors of any width.
/// </summary>
internal sealed class PackedMatrix
{
    /// <summary>Columns of a panel, unless a cell wants others.</summary>
    public const int UsualPanel = 64;

    /// <summary>Packs a matrix.</summary>
    /// <param name="rows">K, the length of x.</param>
    /// <param name="columns">N, the length of y.</param>
    /// <param name="valueAt">W by row and column; zero where a column is padding of the caller's own.</param>
    /// <param name="biasAt">b by column; null for zero.</param>
    /// <param name="panel">Columns of a panel: 48 or 64.</param>
    public PackedMatrix(int rows, int columns, Func<int, int, float> valueAt, Func<int, float>? biasAt = null, int panel = UsualPanel)
    {
        Rows = rows;
        Panel = panel;
        Columns = VectorWidths.Pad(columns);
        Packed = new AlignedBuffer(checked(Columns * rows));
        Bias = new AlignedBuffer(Columns);
        Span<float> packed = Packed.Span;
        for (int n = 0; n < columns; n++)
        {
            int first = (n / panel * panel * rows) + (n % panel);
            int width = WidthOf(n / panel);
            for (int k = 0; k < rows; k++)
            {
                packed[first + (k * width)] = valueAt(k, n);
            }
            Bias.Span[n] = biasAt?.Invoke(n) ?? 0f;
        }
    }

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
}
