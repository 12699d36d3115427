using System.Text.Json;
using Lstm.Cli.Bench.Service;

namespace Lstm.Cli.Tests.Bench.Service;

public class BenchJsonTests
{
    private static readonly string[] Shape = ["kind", "server", "model", "load", "sessions", "streams", "connections", "chunk", "batch", "window", "rate"];

    private static readonly string[] Figures =
    [
        "steps_per_second", "messages_per_second", "steps_per_second_per_core", "server_cores", "server_us_per_step", "client_cores", "client_us_per_message",
        "p50_us", "p99_us", "p999_us", "late_p99_us", "compared_steps", "difference",
    ];

    private static readonly string[] Ratios = ["times_steps_per_core", "times_steps", "times_p99"];

    private static readonly BenchCase Case = new("m", new LoadShape(10, 2));

    [Fact]
    public void Run_HasEveryFigure() => Assert.Equal([.. Shape, "run", .. Figures], Fields(BenchJson.Run(BenchServer.Ours, Case, 1, BenchFiguresTests.Of(1))));

    [Fact]
    public void Median_WithIncumbent_IsALineForEachServerWithRatiosOnOurs()
    {
        string[] lines = BenchJson.Median(new BenchResult(Case, BenchFiguresTests.Of(6), BenchFiguresTests.Of(2))).Split('\n');

        Assert.Equal([.. Shape, .. Figures, .. Ratios], Fields(lines[0]));
        Assert.Equal([.. Shape, .. Figures], Fields(lines[1]));
        Assert.Equal(3, JsonDocument.Parse(lines[0]).RootElement.GetProperty("times_steps_per_core").GetDouble());
    }

    [Fact]
    public void Summary_IsListedInTheReadme()
    {
        string line = BenchJson.Summary(new BenchSettings(TimeSpan.FromSeconds(1), TimeSpan.Zero, 1, true), [new BenchResult(Case, BenchFiguresTests.Of(1), null)]);

        Assert.Equal(["kind", "ok", "processor", "processors", "versions", "date", "runs", "seconds", "warm_up_seconds", "cases"], Fields(line));
        string readme = File.ReadAllText(Path.Combine(Installation.Root, "benchmarks", "README.md"));
        Assert.All([.. Shape, .. Figures, .. Ratios, .. Fields(line)], field => Assert.Contains($"`{field}`", readme, StringComparison.Ordinal));
    }

    private static string[] Fields(string line) => [.. JsonDocument.Parse(line).RootElement.EnumerateObject().Select(static p => p.Name)];
}
