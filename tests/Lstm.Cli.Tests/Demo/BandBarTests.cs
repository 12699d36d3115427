using Lstm.Cli.Demo.View;

namespace Lstm.Cli.Tests.Demo;

public class BandBarTests
{
    [Fact]
    public void Render_ActualInTheBand_MarksItThere() =>
        Assert.Equal("········▒▒│●▒········", BandBar.Render(21, 14_000, 15_000, 16_000, 15_500));

    [Fact]
    public void Render_ActualFarAbove_IsAnArrowAtTheEnd() =>
        Assert.Equal("········▒▒│▒▒·······▶", BandBar.Render(21, 14_000, 15_000, 16_000, 39_000));

    [Fact]
    public void Render_ActualFarBelow_IsAnArrowAtTheStart() =>
        Assert.Equal("◀·······▒▒│▒▒········", BandBar.Render(21, 14_000, 15_000, 16_000, 1_000));

    [Theory]
    [InlineData(0.0, "  ")]
    [InlineData(0.25, " ▄")]
    [InlineData(0.5, " █")]
    [InlineData(0.75, "▄█")]
    [InlineData(1.0, "██")]
    public void Cell_TwoRows_StackUp(double share, string expected) =>
        Assert.Equal(expected, $"{AreaChart.Cell(share, 0, 2)}{AreaChart.Cell(share, 1, 2)}");
}
