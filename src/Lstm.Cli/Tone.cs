namespace Lstm.Cli;

/// <summary>What a colour means; <see cref="StyledLine"/> knows how each looks.</summary>
internal enum Tone
{
    /// <summary>The terminal's own colour.</summary>
    Normal,

    /// <summary>Of little weight.</summary>
    Dim,

    /// <summary>A heading or a number to read first.</summary>
    Strong,

    /// <summary>All is well, such as demand as forecast.</summary>
    Calm,

    /// <summary>The forecast band.</summary>
    Band,

    /// <summary>Worth a look, not yet an alarm.</summary>
    Uneasy,

    /// <summary>An alarm, a fault.</summary>
    Alarm,
}
