using System.Text.Json;

namespace Lstm.Cli.Tests.Bench.Lanes;

public sealed class LanesCommandTests
{
    [Fact]
    public async Task Lanes_WithJson_PrintsEachContender()
    {
        (int code, string output, string error) = await LstmProcess.RunAsync("bench", "lanes", "--model", "lstm-8", "--lanes", "3", "--callers", "20", "--rounds", "2", "--slice", "5", "--json");

        Assert.True(code == 0, error);
        JsonElement[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([(1, 1), (3, 1), (3, 3)], lines.Select(static l => (l.GetProperty("lanes").GetInt32(), l.GetProperty("schedulers").GetInt32())));
        Assert.Equal(1, lines[0].GetProperty("ratio").GetDouble());
        Assert.All(lines, static line =>
        {
            Assert.Equal(("lstm-8", 20), (line.GetProperty("model").GetString(), line.GetProperty("callers").GetInt32()));
            Assert.All((string[])["steps_per_second", "ratio", "least_ratio", "largest_ratio", "processor_us", "width"], name => Assert.True(line.GetProperty(name).GetDouble() > 0, name));
            Assert.NotEqual("", line.GetProperty("versions").GetString());
        });
    }

    [Fact]
    public async Task Lanes_WithoutJson_PrintsATable()
    {
        (int code, string output, string error) = await LstmProcess.RunAsync("bench", "lanes", "--model", "lstm-8", "--lanes", "2", "--callers", "4", "--rounds", "1", "--slice", "1");

        Assert.True(code == 0, error);
        Assert.Contains("4 callers, 1 rounds of 1 ms", output, StringComparison.Ordinal);
        Assert.Equal(3, output.Split('\n').Count(static line => line.StartsWith("lstm-8 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Lanes_OfOne_SaysWhatIsExpected()
    {
        (int code, _, string error) = await LstmProcess.RunAsync("bench", "lanes", "--lanes", "1");

        Assert.NotEqual(0, code);
        Assert.Contains("--lanes: expected a number from 2 to 1024 but got '1'.", error, StringComparison.Ordinal);
    }
}
