using System.Text.Json;

namespace Lstm.Cli.Tests.Verify;

/// <summary>Graphs of kinds that people have, as tests/data/found/expected.json says what may come of each: right, ambiguous or refused, and no wrong number.</summary>
public sealed class FoundTests : IDisposable
{
    private readonly VerifyData _data = new();

    public static TheoryData<string> Cases =>
        [.. JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText(VerifyData.Path("found", "expected.json")))!.Keys]; // the file is no null

    public void Dispose() => _data.Dispose();

    [Theory, MemberData(nameof(Cases))]
    public void Verify_Found_EndsAsExpected(string name)
    {
        // What never ends is refused when its time is over.
        var run = VerifyRun.Of(VerifyData.Path("found", name), "--json", "--max-load-time", name == "12-endless-loop" ? "00:00:04" : "00:00:30");

        var line = Assert.Single(run.Json());
        Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString());
        Assert.Equal((name, 0), (line.GetProperty("case").GetString(), run.ExitCode));
    }

    [Fact]
    public void Verify_FoundSampleRateBranch_StreamsWithItsLineOfModelJson()
    {
        var folder = _data.Copy("found", "04-silero-like-sr-branch");
        File.WriteAllText(Path.Combine(folder, "model.json"), """{"inputs": {"sr": {"values": [16000]}, "input": {"shape": [1, 32]}}}""");

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("same", true), (line.GetProperty("verdict").GetString(), line.GetProperty("streams").ValueKind == JsonValueKind.True));
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Verify_FoundSampleRateBranchBare_HasOneReadingOnceItRuns()
    {
        var file = Path.Combine(_data.Folder, "vad.onnx");
        File.Copy(VerifyData.Path("found", "04-silero-like-sr-branch", "model.onnx"), file);
        File.WriteAllText(Path.ChangeExtension(file, ".json"), """{"inputs": {"sr": {"values": [16000]}, "input": {"shape": [1, 32]}}}""");

        var run = VerifyRun.Of(file, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("same", "the file's recurrent nodes"), (line.GetProperty("verdict").GetString(), line.GetProperty("pairs_from").GetString()));
        Assert.Equal("""[["state","stateN"]]""", line.GetProperty("pairs").GetRawText());
    }
}
