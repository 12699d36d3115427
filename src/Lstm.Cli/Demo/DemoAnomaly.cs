using System.Globalization;

namespace Lstm.Cli.Demo;

/// <summary>One alarm, as --json prints it. Times are New York's, in the middle of which there is a change to winter time.</summary>
/// <param name="Name">The cause of the labelled window it falls into, or "unlabelled".</param>
/// <param name="Labelled">Whether it falls into one.</param>
/// <param name="Start">When the alarm was raised.</param>
/// <param name="End">When it ended.</param>
/// <param name="PeakAt">When the surprise was highest.</param>
/// <param name="Peak">How high; 1 raises an alarm.</param>
internal sealed record DemoAnomaly(string Name, bool Labelled, string Start, string End, string PeakAt, double Peak)
{
    /// <summary>From an alarm.</summary>
    public static DemoAnomaly From(Alarm alarm) => new(
        alarm.Name, alarm.Window is not null, Text(alarm.Start), Text(alarm.End), Text(alarm.PeakAt), Math.Round(alarm.Peak, 2));

    private static string Text(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
