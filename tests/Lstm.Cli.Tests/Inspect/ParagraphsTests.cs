using Lstm.Cli.Inspect;

namespace Lstm.Cli.Tests.Inspect;

public sealed class ParagraphsTests
{
    [Fact]
    public void Row_LongText_IsWrappedBetweenWordsBesideItsLabel()
    {
        var text = new Paragraphs(width: 30, colours: false);
        text.Row("label", $"one two three 4{Paragraphs.NoBreak}four five", hang: 2);
        Assert.Equal(["  label        one two three", "                 4 four five"], text.Lines);
    }

    [Fact]
    public void Row_WordLongerThanTheLine_IsCutAndNothingIsLost()
    {
        var text = new Paragraphs(width: 20, colours: false);
        text.Row("a", "abcdefghijk xy");
        Assert.Equal(["  a            abcde", "               fghij", "               k xy"], text.Lines);
    }

    [Fact]
    public void Table_Cells_AreAlignedAndTheLastIsWrappedInItsColumn()
    {
        var text = new Paragraphs(width: 42, colours: false);
        text.Table("pairs", [["h0", "→ hn", "short"], ["cell0", "→ cn", "a longer text here"]]);
        Assert.Equal(["  pairs        h0     → hn  short", "               cell0  → cn  a longer text", "                            here"], text.Lines);
    }

    [Fact]
    public void Row_WithColours_IsDimThenToned()
    {
        var text = new Paragraphs(width: 40, colours: true);
        text.Row("streams", "no", Tone.Alarm);
        Assert.Equal(["  \e[0;38;5;244mstreams\e[0m      \e[0;1;38;5;203mno\e[0m"], text.Lines);
    }
}
