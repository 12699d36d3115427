using Lstm.Cli.Bench.Service;

namespace Lstm.Cli.Tests.Bench.Service;

public class BenchPrinterTests
{
    private static readonly BenchSettings Settings = new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10), 3, true);

    [Fact]
    public void Results_AsTable_HasARowForEachServerAndTheRatio()
    {
        var result = new BenchResult(new BenchCase("m", new LoadShape(10, 2)), BenchFiguresTests.Of(6) with { ClientCores = 0.1 }, BenchFiguresTests.Of(4));

        string[] lines = Print(result);

        Assert.Equal("| m | 10 sessions on 2 streams, one step a message | lstm | 6 | 6 | 6.00 | 0.01 | 0.01 | 0.01 | 6.00 | 0.10 | **1.5** |", lines[^2]);
        Assert.Equal("| m | 10 sessions on 2 streams, one step a message | incumbent | 4 | 4 | 4.00 | 0.00 | 0.00 | 0.00 | 4.00 | 4.00 |  |", lines[^1]);
    }

    [Fact]
    public void Results_FixedRate_SaysHowLateTheGeneratorWas()
    {
        var result = new BenchResult(new BenchCase("m", new LoadShape(10, 2, Rate: 1000)), BenchFiguresTests.Of(5), BenchFiguresTests.Of(10));

        Assert.Equal(
            "m at 1,000 messages/s: latency counts from when a message was due; the generator sent 99 % of them within 5 µs of that (10 µs to the incumbent). p99 is 0.50 times the incumbent's.",
            Print(result)[^1]);
    }

    [Fact]
    public void Results_BusyGenerator_IsTold()
    {
        var result = new BenchResult(new BenchCase("m", new LoadShape(10, 2)), BenchFiguresTests.Of(0.95), null);

        Assert.Equal(
            "m, 10 sessions on 2 streams, one step a message: the generator kept 0.95 cores busy, so the service can do more than it was asked to. Use more --connections.",
            Print(result)[^1]);
    }

    private static string[] Print(BenchResult result)
    {
        using var output = new StringWriter();
        new BenchPrinter(output, TextWriter.Null, json: false).Results(Settings, [result]);
        return output.ToString().TrimEnd('\n').Split('\n');
    }
}
