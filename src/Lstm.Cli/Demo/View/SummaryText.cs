using System.Globalization;
using Spectre.Console;

namespace Lstm.Cli.Demo.View;

/// <summary>The end of the demo, for people.</summary>
internal static class SummaryText
{
    private const int BarWidth = 24;

    /// <summary>Writes the summary to the terminal.</summary>
    public static void Write(DemoState state)
    {
        Terminal.Output.WriteLine();
        Terminal.Output.MarkupLine(Invariant(
            $"[bold]{state.Done:N0} steps[/], one message each, reply by reply, in {state.Elapsed.TotalSeconds:0.0} s: [bold]{state.StepsPerSecond:N0} steps/s[/]"));
        Terminal.Output.MarkupLine(Invariant($"A reply took {state.RoundTrips.Quantile(0.5):0.00} ms (median), {state.RoundTrips.Quantile(0.99):0.00} ms at most in 99 of 100 cases"));
        Terminal.Output.WriteLine();
        Errors(state.Errors);
        Terminal.Output.MarkupLine(Invariant(
            $"[bold]Exact?[/]   Largest difference from the float64 reference: [bold]{state.LargestDifference:0.0000}[/] passengers"));
        Terminal.Output.WriteLine();
        Anomalies(state.Detector.Alarms);
    }

    private static void Errors(ForecastErrors errors)
    {
        Terminal.Output.MarkupLine(Invariant(
            $"[bold]Good?[/]    Mean absolute error on {errors.Points:N0} unseen half hours, in passengers:"));
        foreach ((string name, double error) in new[] { ("the model's p50", errors.Model), ("the last value", errors.LastValue), ("same time last week", errors.LastWeek) })
        {
            string bar = new('█', (int)Math.Round(BarWidth * error / Math.Max(errors.LastWeek, 1)));
            string colour = name.StartsWith("the model", StringComparison.Ordinal) ? "teal" : "grey";
            Terminal.Output.MarkupLine(Invariant($"          {name,-20} {error,7:0.0}  [{colour}]{bar}[/]"));
        }

        Terminal.Output.WriteLine();
    }

    private static void Anomalies(IReadOnlyList<Alarm> alarms)
    {
        int labelled = alarms.Where(alarm => alarm.Window is not null).Select(alarm => alarm.Window).Distinct().Count();
        Terminal.Output.MarkupLine(Invariant(
            $"[bold]Useful?[/]  {labelled} of 5 known anomalies found; {alarms.Count(alarm => alarm.Window is null)} alarms more that nobody labelled:"));
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "", "", "");
        foreach (Alarm alarm in alarms)
        {
            string name = Markup.Escape(alarm.Name);
            table.AddRow(
                "          [red]▲[/]",
                alarm.Window is null ? $"[grey]{name}[/]" : $"[bold]{name}[/]",
                alarm.Start.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                "to " + alarm.End.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture),
                Invariant($"peak {alarm.Peak:0.0}"));
        }

        Terminal.Output.Write(table);
        Terminal.Output.WriteLine();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
