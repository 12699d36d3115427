using Lstm.Cli.Verify;

namespace Lstm.Cli.Tests.Verify;

public sealed class ComparisonTests
{
    [Fact]
    public void Add_AllWithin_ShowsTheLargestDifference()
    {
        var comparison = new Comparison();

        comparison.Add("y", [1f, 100f], [1.001, 100.5], new Tolerance(0.01, 0.02), step: 3);

        Assert.True(comparison.Ok);
        Assert.Equal(2, comparison.Count);
        Assert.Equal("y[1] at step 3 is 100, expected 100.5: off by 0.5, allowed 2.02.", comparison.Shown.ToString());
    }

    [Fact]
    public void Add_OneOutside_ShowsItThoughAnotherIsLarger()
    {
        var comparison = new Comparison();

        comparison.Add("y", [100f], [100.5], new Tolerance(1, 0), step: 1);
        comparison.Add("h", [0.5f], [0.25], new Tolerance(0.001, 0), step: 2);

        Assert.False(comparison.Ok);
        Assert.Equal("h[0] at step 2 is 0.5, expected 0.25: off by 0.25, allowed 0.001.", comparison.Shown.ToString());
    }

    [Theory]
    [InlineData(float.NaN, 1.0)]
    [InlineData(1f, double.NaN)]
    [InlineData(float.PositiveInfinity, 1.0)]
    [InlineData(float.PositiveInfinity, double.NegativeInfinity)]
    public void Add_NotANumberOnOneSide_IsInfinitelyWrong(float actual, double expected)
    {
        var comparison = new Comparison();

        comparison.Add("y", [actual], [expected], new Tolerance(1e9, 1), step: 1);

        Assert.False(comparison.Ok);
        Assert.Equal(double.PositiveInfinity, comparison.Shown.Abs);
    }

    [Fact]
    public void Add_AnotherComparison_KeepsTheWorstOfBoth()
    {
        var (good, bad) = (new Comparison(), new Comparison());
        good.Add("y", [1f], [1], new Tolerance(1e-6, 0), step: 1);
        bad.Add("y", [1f], [2], new Tolerance(1e-6, 0), step: 1);

        good.Add(bad);

        Assert.False(good.Ok);
        Assert.Equal(2, good.Count);
        Assert.Equal(1, good.Shown.Abs);
    }

    [Fact]
    public void Verdict_NothingCompared_IsNotOk()
    {
        var verdict = Verdict.Of("m", "native", new Comparison(), "references");

        Assert.False(verdict.Ok);
        Assert.Equal("Nothing could be compared with references: no output of the model has a reference.", verdict.Why);
    }
}
