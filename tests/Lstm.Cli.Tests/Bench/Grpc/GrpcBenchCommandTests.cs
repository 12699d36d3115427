using System.Text.Json;

namespace Lstm.Cli.Tests.Bench.Grpc;

public class GrpcBenchCommandTests
{
    [Fact]
    public async Task Bench_TwoLoadsAsJson_PrintsRunsMediansAndSummary()
    {
        (int code, string output, string error) = await LstmProcess.RunAsync(
            "bench", "grpc", "--load", "unary,rows", "--transport", "service,layer", "--seconds", "1.5", "--warm-up", "1.5", "--runs", "2", "--json");

        Assert.True(code == 0, error);
        JsonElement[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(
            [
                "run unary layer", "run rows layer", "run rows service", "run unary layer", "run rows service", "run rows layer",
                "median unary layer", "median rows layer", "median rows service",
            ],
            lines[..^1].Select(static l => $"{l.GetProperty("kind")} {l.GetProperty("load")} {l.GetProperty("transport")}"));
        Assert.All(lines[..^1], static line => Assert.True(line.GetProperty("messages_per_second").GetDouble() > 0));
        Assert.True(lines[^1].GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("--load: expected single, ping-pong, window, unary, rows but got 'bogus'.", "--load", "unary,bogus")]
    [InlineData("--transport: expected layer, grpc-aspnetcore, raw-generated, layer-by-hand, grpc-aspnetcore-by-hand, raw-by-hand, service but got ''.", "--transport", "layer,")]
    [InlineData("--seconds: expected a number from 0.1 to 3600 but got '0'.", "--seconds", "0")]
    public async Task Bench_ValueOutOfRange_IsRefusedByName(string expected, params string[] options)
    {
        (int code, _, string error) = await LstmProcess.RunAsync(["bench", "grpc", .. options]);

        Assert.Equal((2, $"lstm grpc: {expected}"), (code, error.Split('\n')[0]));
    }
}
