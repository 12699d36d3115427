namespace Lstm.Cli.Inspect;

/// <summary>Rows of a label and a text beside it, wrapped at the width of the screen.</summary>
/// <param name="width">Cells of a line.</param>
/// <param name="colours">Whether tones become escape codes.</param>
internal sealed class Paragraphs(int width, bool colours)
{
    /// <summary>A blank at which no line is broken.</summary>
    public const char NoBreak = '\u00a0';

    private const int Margin = 2;
    private const int Indent = 15;
    private const string Gap = "  ";
    private readonly List<string> _lines = [];

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>A line over the whole width.</summary>
    /// <param name="text">The text; what does not fit is wrapped.</param>
    public void Heading(string text)
    {
        foreach (string line in Wrap(text, width, 0))
            _lines.Add(new StyledLine(width, colours).Add(line, Tone.Strong).ToString());
    }

    /// <summary>A row.</summary>
    /// <param name="label">What it is about; empty to go on with the row before.</param>
    /// <param name="text">The text.</param>
    /// <param name="tone">Its tone.</param>
    /// <param name="hang">How far its second and later lines are moved in.</param>
    public void Row(string label, string text, Tone tone = Tone.Normal, int hang = 0)
    {
        foreach (string line in Wrap(text, width - Indent, hang))
        {
            _lines.Add(new StyledLine(width, colours).PadTo(Margin).Add(label, Tone.Dim).PadTo(Indent).Add(line, tone).ToString().TrimEnd());
            label = "";
        }
    }

    /// <summary>Rows under one label, their columns aligned.</summary>
    /// <param name="label">What they are about.</param>
    /// <param name="rows">Cells, as many in each row; the last one is wrapped within its column where there is room.</param>
    public void Table(string label, IReadOnlyList<string[]> rows)
    {
        if (rows.Count == 0)
            return;
        int[] widths = [.. rows[0].Select((_, c) => rows.Max(r => r[c].Length))];
        int last = widths[..^1].Sum(static w => w + Gap.Length);
        for (int i = 0; i < rows.Count; i++)
            Row(i == 0 ? label : "", string.Join(Gap, rows[i].Select((cell, c) => cell.Replace(' ', c == rows[i].Length - 1 ? ' ' : NoBreak).PadRight(widths[c], NoBreak))).TrimEnd(NoBreak), hang: last);
    }

    private static IEnumerable<string> Wrap(string text, int room, int hang)
    {
        room = Math.Max(1, room);
        if (hang > room / 2)
            hang = 0;
        for (string before = ""; text.Length > 0; before = new string(' ', hang))
        {
            int free = room - before.Length;
            int space = text.Length <= free ? text.Length : text.LastIndexOf(' ', free, free);
            int end = space > 0 ? space : free; // A word longer than the line is cut.
            yield return before + text[..end].TrimEnd().Replace(NoBreak, ' ');
            text = text[end..].TrimStart(' ');
        }
    }
}
