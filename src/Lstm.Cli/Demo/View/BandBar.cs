namespace Lstm.Cli.Demo.View;

/// <summary>
/// One reading as a bar: the forecast's p50 in the middle, its band around it, the actual value as a mark. What is further away than the bar
/// reaches sits at its end as an arrow.
/// </summary>
internal static class BandBar
{
    /// <summary>Passengers from the middle of the bar to its end.</summary>
    public const float Reach = 5_000;

    /// <summary>The bar without colours.</summary>
    /// <param name="width">Cells; odd, so that there is a middle.</param>
    /// <param name="p10">Lower edge of the band.</param>
    /// <param name="p50">The middle of the bar.</param>
    /// <param name="p90">Upper edge of the band.</param>
    /// <param name="actual">What came.</param>
    public static string Render(int width, float p10, float p50, float p90, float actual) => string.Create(width, (p10, p50, p90, actual), static (cells, at) =>
    {
        cells.Fill('·');
        int low = Cell(cells.Length, at.p10 - at.p50);
        int high = Cell(cells.Length, at.p90 - at.p50);
        cells[low..(high + 1)].Fill('▒');
        cells[Cell(cells.Length, 0)] = '│';
        float distance = at.actual - at.p50;
        cells[Cell(cells.Length, distance)] = distance < -Reach ? '◀' : distance > Reach ? '▶' : '●';
    });

    private static int Cell(int width, float distance) =>
        Math.Clamp((int)MathF.Round((distance + Reach) / (2 * Reach) * (width - 1)), 0, width - 1);
}
