using Lstm.Cli.Demo;
using Lstm.Cli.Demo.View;

namespace Lstm.Cli.Tests.Demo;

public class PictureTests
{
    [Theory]
    [InlineData(64, 21)]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(250, 70)]
    public void Draw_AnySizeAtAnyTime_FitsTheTerminal(int columns, int rows)
    {
        Replay.Run(afterStep: state =>
        {
            if (state.Done % 499 != 1 && state.Done < state.Series.Count)
                return;
            IReadOnlyList<string> lines = new Picture(state, columns, rows, colours: false).Draw();
            Assert.InRange(lines.Count, 10, rows);
            Assert.All(lines, line => Assert.InRange(line.Length, 0, columns - 1));
        });
    }

    [Fact]
    public void Draw_AtTheMarathon_ShowsReadingAlarmAndProgress()
    {
        DemoState state = Replay.Run(steps: 5_955);
        string picture = string.Join('\n', new Picture(state, 120, 40, colours: false).Draw());

        Assert.Contains("Sun 2 Nov 2014  01:00", picture, StringComparison.Ordinal);
        Assert.Contains("39,197", picture, StringComparison.Ordinal);
        Assert.Contains("2 ▲ NYC marathon", picture, StringComparison.Ordinal);
        Assert.Contains("5,955 of 10,320", picture, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_WithColours_AddsOnlyEscapeCodes()
    {
        DemoState state = Replay.Run(steps: 6_000);
        var plain = new Picture(state, 100, 30, colours: false).Draw();
        var coloured = new Picture(state, 100, 30, colours: true).Draw();

        Assert.Equal(WithoutNumbers(plain), WithoutNumbers(coloured.Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9;]*m", ""))));
    }

    // The last line tells the time, which goes on.
    private static IEnumerable<string> WithoutNumbers(IEnumerable<string> lines) => lines.SkipLast(1);
}
