using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Tests.Bench.Load;

/// <summary>A machine that stood still is given further chances, and a server that answers nothing is told.</summary>
public sealed class CountedRunTests
{
    private static readonly TimeSpan Counted = TimeSpan.FromSeconds(0.4);

    [Fact]
    public async Task RunAsync_NothingCountedAtFirst_RunsAgain()
    {
        long runs = 0;

        long counted = await CountedRun.RunAsync(() => Task.FromResult(++runs), static run => run < 4 ? 0 : run, Counted);

        Assert.Equal((4, 4), (runs, counted));
    }

    [Fact]
    public async Task RunAsync_NothingEverCounted_IsAFault()
    {
        int runs = 0;

        var fault = await Assert.ThrowsAsync<LoadException>(() => CountedRun.RunAsync(() => Task.FromResult(++runs), static _ => 0, Counted));

        Assert.Equal("The server answered nothing in 10 runs of 0.4 s. Count for longer (--seconds), or on a machine with less to do.", fault.Message);
        Assert.Equal(10, runs);
    }
}
