using System.Text.Json;

namespace Lstm.Cli.Tests.Bench.Cell;

public sealed class CellCommandTests
{
    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("rnn")]
    public async Task Cell_WithJson_PrintsAnObjectALineAndASummary(string cell)
    {
        (int code, string output, string error) = await LstmProcess.RunAsync(
            "bench", "cell", "--cell", cell, "--hidden", "16,40", "--input", "8", "--layers", "2", "--head", "3", "--batch", "1,3", "--rounds", "1", "--slice", "1", "--warm-up", "0.1", "--json");

        Assert.True(code == 0, error);
        JsonElement[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(5, lines.Length);
        Assert.Equal([(16, 1), (16, 3), (40, 1), (40, 3)], lines[..4].Select(static l => (l.GetProperty("hidden").GetInt32(), l.GetProperty("batch").GetInt32())));
        foreach (JsonElement line in lines[..4])
        {
            Assert.Equal((cell, 8), (line.GetProperty("cell").GetString(), line.GetProperty("input").GetInt32()));
            foreach (string time in new[] { "us", "step_us", "limit_us", "of_limit", "onnxruntime_us", "ratio", "step_ratio" })
            {
                Assert.True(line.GetProperty(time).GetDouble() > 0, time);
            }
        }
        Assert.Equal((true, 4), (lines[4].GetProperty("summary").GetBoolean(), lines[4].GetProperty("cells").GetInt32()));
    }

    [Theory]
    [InlineData("--hidden", "x", "--hidden is 'x'; expected whole numbers from 1 with commas between.")]
    [InlineData("--batch", "0", "--batch is '0'; expected whole numbers from 1 with commas between.")]
    [InlineData("--cell", "elman", "--cell is 'elman'; expected lstm, gru or rnn, several with commas between.")]
    [InlineData("--weights", "fp4", "--weights is 'fp4'; expected float32, bfloat16 or int8.")]
    [InlineData("--rounds", "0", "--rounds is 0; expected a whole number from 1.")]
    public async Task Cell_WithBadOption_SaysWhatIsExpected(string option, string value, string expected)
    {
        (int code, _, string error) = await LstmProcess.RunAsync("bench", "cell", option, value);

        Assert.NotEqual(0, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
