namespace Lstm.Cli.Demo;

/// <summary>A stretch of time in which the demand left its forecast band for long.</summary>
internal sealed class Alarm(DateTime start)
{
    /// <summary>The half hour at which the alarm was raised.</summary>
    public DateTime Start { get; } = start;

    /// <summary>The half hour at which it ended, or the latest one while it lasts.</summary>
    public DateTime End { get; set; } = start;

    /// <summary>Whether it still lasts.</summary>
    public bool Active { get; set; } = true;

    /// <summary>The highest surprise in it; 1 is what raises an alarm.</summary>
    public double Peak { get; set; }

    /// <summary>When that was.</summary>
    public DateTime PeakAt { get; set; } = start;

    /// <summary>The labelled window it falls into; null: nobody labelled this.</summary>
    public AnomalyWindow? Window { get; set; }

    /// <summary>What it is called.</summary>
    public string Name => Window?.Cause ?? "unlabelled";
}
