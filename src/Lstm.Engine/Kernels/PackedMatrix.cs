namespace Lstm.Engine.Kernels;

/// <summary>
/// A constant matrix [K, N] and bias [N] for y = x·W + b, packed in the order in which the kernel reads it: panels of 64 columns,
/// in each panel row after row. The columns are padded with zeros to whole vectors of any width.
/// </summary>
internal sealed class PackedMatrix
{
    /// <summary>Columns of a panel.</summary>
    public const int Panel = 64;

    /// <summary>Packs a matrix.</summary>
    /// <param name="rows">K, the length of x.</param>
    /// <param name="columns">N, the length of y.</param>
    /// <param name="valueAt">W by row and column; zero where a column is padding of the caller's own.</param>
    /// <param name="biasAt">b by column; null for zero.</param>
    public PackedMatrix(int rows, int columns, Func<int, int, float> valueAt, Func<int, float>? biasAt = null)
    {
        Rows = rows;
        Columns = VectorWidths.Pad(columns);
        Packed = new AlignedBuffer(checked(Columns * rows));
        Bias = new AlignedBuffer(Columns);
        Span<float> packed = Packed.Span;
        for (int n = 0; n < columns; n++)
        {
            int column = OffsetOf(n);
            int stride = PanelWidth(n);
            for (int k = 0; k < rows; k++)
            {
                packed[column + (k * stride)] = valueAt(k, n);
            }
            Bias.Span[n] = biasAt?.Invoke(n) ?? 0f;
        }
    }

    /// <summary>K, the length of x.</summary>
    public int Rows { get; }

    /// <summary>N, rounded up to whole vectors: what a product writes.</summary>
    public int Columns { get; }

    /// <summary>The packed values.</summary>
    public AlignedBuffer Packed { get; }

    /// <summary>b, [N].</summary>
    public AlignedBuffer Bias { get; }

    /// <summary>Where a column begins in the packed values.</summary>
    /// <param name="column">The column.</param>
    /// <returns>Offset of its value in row 0.</returns>
    public int OffsetOf(int column) => (column / Panel * Panel * Rows) + (column % Panel);

    /// <summary>Distance from one row to the next in a column's panel; the last panel may be narrower.</summary>
    /// <param name="column">The column.</param>
    /// <returns>16 … 64.</returns>
    public int PanelWidth(int column) => Math.Min(Panel, Columns - (column / Panel * Panel));
}
