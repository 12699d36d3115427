using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Tests.Bench.Load;

public class LatencyHistogramTests
{
    // A bucket is 1/128 of its value wide at most.
    private const double Width = 1.0 / 128;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    [InlineData(0.999)]
    [InlineData(1.0)]
    public void Percentile_RandomValues_IsThatOfTheSortedValues(double share)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        long[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 40))];
        var histogram = new LatencyHistogram();
        foreach (long value in values)
            histogram.Record(value);

        long exact = values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(share * values.Length) - 1));
        Assert.True(histogram.Percentile(share) >= exact && histogram.Percentile(share) <= exact * (1 + Width), $"seed {seed}: {histogram.Percentile(share)} for {exact}");
    }

    [Fact]
    public void Percentile_SmallValues_IsExact()
    {
        var histogram = new LatencyHistogram();
        for (int value = 1; value <= 100; value++)
            histogram.Record(value);

        Assert.Equal((50, 99, 100), (histogram.Percentile(0.5), histogram.Percentile(0.99), histogram.Percentile(0.999)));
    }

    [Fact]
    public void Record_ExtremeValues_AreKept()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(long.MaxValue);
        histogram.Record(-1);

        Assert.Equal((0, long.MaxValue), (histogram.Percentile(0.5), histogram.Percentile(1)));
    }

    [Fact]
    public void Add_TwoHalves_EqualsTheWhole()
    {
        var (whole, left, right) = (new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram());
        for (int n = 1; n <= 1000; n++)
        {
            whole.Record(n * 1000L);
            (n % 3 == 0 ? left : right).Record(n * 1000L);
        }

        left.Add(right);

        Assert.Equal(1000, left.Count);
        Assert.All([0.1, 0.5, 0.99, 1], share => Assert.Equal(whole.Percentile(share), left.Percentile(share)));
    }

    [Fact]
    public void Percentile_Empty_IsZero() => Assert.Equal(0, new LatencyHistogram().Percentile(0.99));
}
