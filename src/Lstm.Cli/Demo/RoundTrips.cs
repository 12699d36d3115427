namespace Lstm.Cli.Demo;

/// <summary>How long replies took, from sending a step to holding its answer.</summary>
internal sealed class RoundTrips(int capacity)
{
    private readonly List<double> _milliseconds = new(capacity);

    /// <summary>Takes the time of one step.</summary>
    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    /// <summary>The median of the last steps, for a live view; 0 before the first.</summary>
    public double RecentMedian(int steps = 256) => Quantile(_milliseconds.TakeLast(steps), 0.5);

    /// <summary>A quantile over all steps in milliseconds; 0 when there are none.</summary>
    public double Quantile(double q) => Quantile(_milliseconds, q);

    private static double Quantile(IEnumerable<double> values, double q)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, q * sorted.Length)];
    }
}
