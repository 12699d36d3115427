using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>Units of weights that are kept as whole numbers: for each row of a gate's matrix its largest weight ÷ 127.</summary>
internal static class RowUnits
{
    /// <summary>The units of the rows of matrices that are multiplied into the same sums.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="matrices">Matrices of that many rows, row-major.</param>
    /// <returns>[rows]; 1 where all weights are 0.</returns>
    public static float[] Of(int rows, params ReadOnlySpan<float[]> matrices)
    {
        var units = new float[rows];
        foreach (float[] matrix in matrices)
        {
            int columns = matrix.Length / rows;
            for (int n = 0; n < matrix.Length; n++)
            {
                units[n / columns] = Math.Max(units[n / columns], Math.Abs(matrix[n]) / PackedMatrix.MostInt8);
            }
        }
        for (int row = 0; row < rows; row++)
        {
            // Also where the unit is too small for a quotient to be finite.
            units[row] = units[row] < 1e-30f ? 1f : units[row];
        }
        return units;
    }
}
