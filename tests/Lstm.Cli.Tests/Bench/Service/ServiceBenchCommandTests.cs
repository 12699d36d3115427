using System.Text.Json;

namespace Lstm.Cli.Tests.Bench.Service;

public class ServiceBenchCommandTests
{
    [Fact]
    public async Task Bench_OneLoadAsJson_PrintsRunsMediansAndSummary()
    {
        (int code, string output, string error) = await LstmProcess.RunAsync(
            "bench", "service", "--model", "lstm-8", "--sessions", "6", "--streams", "2", "--seconds", "1.5", "--warm-up", "0.5", "--runs", "2", "--json");

        Assert.True(code == 0, error);
        JsonElement[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(
            ["run lstm", "run incumbent", "run incumbent", "run lstm", "median lstm", "median incumbent", "summary "],
            lines.Select(static l => $"{l.GetProperty("kind")} {(l.TryGetProperty("server", out JsonElement server) ? server : "")}"));
        Assert.All(lines[..^1], static line => Assert.Equal(("lstm-8", 6), (line.GetProperty("model").GetString(), line.GetProperty("sessions").GetInt32())));
        Assert.True(lines[^1].GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("--sessions: expected a number from 1 to 10000000 but got '0'.", "--sessions", "0")]
    [InlineData("--rate: expected a number from 1 to 100000000 but got 'NaN'.", "--rate", "NaN")]
    public async Task Bench_ValueOutOfRange_IsRefusedByName(string expected, params string[] options)
    {
        (int code, _, string error) = await LstmProcess.RunAsync(["bench", "service", .. options]);

        Assert.Equal((2, $"lstm service: {expected}"), (code, error.Split('\n')[0]));
    }

    [Theory]
    [InlineData("Expected at least a session for each stream but got 3 sessions and 4 streams (--sessions, --streams).", "--sessions", "3", "--streams", "4")]
    public async Task Bench_ImpossibleLoad_IsRefused(string expected, params string[] options)
    {
        (int code, _, string error) = await LstmProcess.RunAsync(["bench", "service", .. options]);

        Assert.Equal((1, expected), (code, error.TrimEnd()));
    }

    [Fact]
    public async Task Bench_UnknownModel_SaysWhatItMayBe()
    {
        (int code, _, string error) = await LstmProcess.RunAsync("bench", "service", "--model", "bogus");

        Assert.Equal(1, code);
        Assert.StartsWith($"Expected --model to be a name in {Installation.Models}, lstm-H (a generated LSTM of H units), an .onnx file or a folder with model.onnx but got 'bogus'.", error, StringComparison.Ordinal);
    }
}
