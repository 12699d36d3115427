namespace Lstm.Cli.Demo.View;

/// <summary>Columns of eighth blocks: a chart of any height in characters.</summary>
internal static class AreaChart
{
    private const string Eighths = " ▁▂▃▄▅▆▇█";

    /// <summary>The character of one column in one row.</summary>
    /// <param name="share">The column's height, 0 to 1 of the chart.</param>
    /// <param name="row">0 is the top row.</param>
    /// <param name="rows">The chart's height.</param>
    public static char Cell(double share, int row, int rows)
    {
        int eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * rows * 8) - (rows - 1 - row) * 8;
        return Eighths[Math.Clamp(eighths, 0, 8)];
    }
}
