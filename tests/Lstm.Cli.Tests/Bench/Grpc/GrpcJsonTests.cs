using System.Text.Json;
using Lstm.Cli.Bench.Grpc;

namespace Lstm.Cli.Tests.Bench.Grpc;

public class GrpcJsonTests
{
    private static readonly string[] Load = ["kind", "load", "transport", "streams", "window", "rows", "unary"];

    private static readonly string[] Figures =
    [
        "messages_per_second", "server_us_per_message", "server_us_per_row", "server_cores", "client_us_per_message", "allocated_bytes_per_message", "p50_us", "p99_us",
    ];

    private static readonly string[] Ratios = ["times_raw_generated", "times_raw_by_hand", "times_grpc_aspnetcore"];

    private static readonly EchoLoad Rows = new("rows", 4, Window: 2, Rows: 2);

    [Fact]
    public void Run_HasEveryFigure() => Assert.Equal([.. Load, "run", .. Figures], Fields(GrpcJson.Run(Rows, Transport.Layer, 1, GrpcFiguresTests.Of(1))));

    [Fact]
    public void Median_BesideABareEndpoint_HasItsRatio()
    {
        var ours = new GrpcResult(Rows, Transport.Layer, GrpcFiguresTests.Of(6));

        string line = GrpcJson.Median(ours, [ours, new GrpcResult(Rows, Transport.RawGenerated, GrpcFiguresTests.Of(4))]);

        Assert.Equal([.. Load, .. Figures, .. Ratios], Fields(line));
        JsonElement fields = JsonDocument.Parse(line).RootElement;
        Assert.Equal((1.5, 3), (fields.GetProperty("times_raw_generated").GetDouble(), fields.GetProperty("server_us_per_row").GetDouble()));
        Assert.Equal(JsonValueKind.Null, fields.GetProperty("times_raw_by_hand").ValueKind);
    }

    [Fact]
    public void Summary_IsListedInTheReadme()
    {
        string line = GrpcJson.Summary(new GrpcSettings([Rows], Transport.All, TimeSpan.FromSeconds(1), TimeSpan.Zero, 1));

        Assert.Equal(["kind", "ok", "processor", "processors", "versions", "date", "runs", "seconds", "warm_up_seconds"], Fields(line));
        string readme = File.ReadAllText(Path.Combine(Installation.Root, "benchmarks", "README.md"));
        Assert.All([.. Load, .. Figures, .. Ratios, .. Fields(line)], field => Assert.Contains($"`{field}`", readme, StringComparison.Ordinal));
    }

    private static string[] Fields(string line) => [.. JsonDocument.Parse(line).RootElement.EnumerateObject().Select(static p => p.Name)];
}
