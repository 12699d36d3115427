using System.Text;

namespace Lstm.Cli;

/// <summary>One line of the screen: text in tones, cut at the width, with its visible length known.</summary>
internal sealed class StyledLine(int width, bool colours)
{
    private readonly StringBuilder _text = new();
    private Tone _tone = Tone.Normal;

    /// <summary>Cells used so far.</summary>
    public int Length { get; private set; }

    /// <summary>Appends text without control characters; what does not fit is cut off.</summary>
    public StyledLine Add(string text, Tone tone = Tone.Normal)
    {
        string fits = text.Length <= width - Length ? text : text[..Math.Max(0, width - Length)];
        if (fits.Length == 0)
            return this;

        if (colours && tone != _tone)
            _text.Append(Code(tone));
        _tone = tone;
        _text.Append(fits);
        Length += fits.Length;
        return this;
    }

    /// <summary>Fills up with blanks to a column.</summary>
    public StyledLine PadTo(int column) => Add(new string(' ', Math.Max(0, column - Length)));

    /// <summary>The line with its escape codes, back in the normal tone at its end.</summary>
    public override string ToString() => colours && _tone != Tone.Normal ? _text + Code(Tone.Normal) : _text.ToString();

    // Colours of the 256-colour palette that read well on black and on white.
    private static string Code(Tone tone) => tone switch
    {
        Tone.Dim => "\e[0;38;5;244m",
        Tone.Strong => "\e[0;1m",
        Tone.Calm => "\e[0;38;5;37m",
        Tone.Band => "\e[0;38;5;67m",
        Tone.Uneasy => "\e[0;38;5;172m",
        Tone.Alarm => "\e[0;1;38;5;203m",
        _ => "\e[0m",
    };
}
