using System.Diagnostics;
using Lstm.Cli.Demo;

namespace Lstm.Cli.Tests.Demo;

public class PaceTests
{
    [Theory]
    [InlineData("50", 50)]
    [InlineData("0.5", 0.5)]
    [InlineData("max", double.PositiveInfinity)]
    [InlineData("MAX", double.PositiveInfinity)]
    public void TryParse_RateOrMax_IsTaken(string text, double expected) => Assert.Equal(expected, Pace.TryParse(text)?.StepsPerSecond);

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("fast")]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("1,000")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.Null(Pace.TryParse(text));

    [Fact]
    public void Default_WholeSeries_TakesHalfAMinute() => Assert.Equal(344, Pace.Default(10_320).StepsPerSecond);

    [Fact]
    public async Task WaitAsync_TwoHundredASecond_TakesThatLong()
    {
        Pace pace = Pace.TryParse("200") ?? Pace.Unlimited;
        var watch = Stopwatch.StartNew();
        for (int i = 0; i <= 40; i++)
            await pace.WaitAsync(i, CancellationToken.None);

        // Step 40 is due after 200 ms. Timers may be late, never early by more than their grain.
        Assert.InRange(watch.Elapsed.TotalMilliseconds, 198, 2_000);
    }

    [Fact]
    public async Task WaitAsync_Cancelled_Throws()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Pace.Unlimited.WaitAsync(0, cancelled.Token));
    }
}
