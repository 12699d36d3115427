namespace Lstm.Engine.Kernels;

/// <summary>A constant matrix [K, N] for y = x·W, packed as [blocks of 16 columns][K][16 lanes].</summary>
internal sealed class PackedMatrix
{
    /// <summary>Packs a row-major matrix.</summary>
    /// <param name="rows">K, the length of x.</param>
    /// <param name="columns">N, the length of y.</param>
    /// <param name="values">[K, N], row-major.</param>
    public PackedMatrix(int rows, int columns, ReadOnlySpan<float> values)
    {
        Rows = rows;
        Columns = columns;
        Packed = new AlignedBuffer(checked(VectorWidths.Pad(columns) * rows));
        Span<float> packed = Packed.Span;
        for (int k = 0; k < rows; k++)
        {
            for (int n = 0; n < columns; n++)
            {
                packed[((((n / VectorWidths.RowAlignment) * rows) + k) * VectorWidths.RowAlignment) + (n % VectorWidths.RowAlignment)] = values[(k * columns) + n];
            }
        }
    }

    /// <summary>K, the length of x.</summary>
    public int Rows { get; }

    /// <summary>N, the length of y.</summary>
    public int Columns { get; }

    /// <summary>The packed values.</summary>
    public AlignedBuffer Packed { get; }
}
