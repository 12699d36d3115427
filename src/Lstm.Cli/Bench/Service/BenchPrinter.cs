using System.Globalization;
using System.Text;

namespace Lstm.Cli.Bench.Service;

/// <summary>Progress on standard error; results on standard output, as a table in Markdown for people or as JSON lines for programs.</summary>
/// <param name="output">For results.</param>
/// <param name="error">For progress.</param>
/// <param name="json">Whether results are JSON.</param>
internal sealed class BenchPrinter(TextWriter output, TextWriter error, bool json)
{
    // A connection has one thread.
    private const double BusyGenerator = 0.9;

    /// <summary>A server is warmed up.</summary>
    /// <param name="server">Which.</param>
    /// <param name="warm">With what.</param>
    public void WarmUp(string server, BenchCase warm) => error.WriteLine(Invariant($"warm-up: {server}, {warm.Model}, {warm.Shape}"));

    /// <summary>A run is done.</summary>
    /// <param name="server">Of which server.</param>
    /// <param name="which">Of which case.</param>
    /// <param name="run">Which of them.</param>
    /// <param name="runs">Out of how many.</param>
    /// <param name="figures">What came out.</param>
    public void Run(string server, BenchCase which, int run, int runs, BenchFigures figures)
    {
        error.WriteLine(Invariant($"run {run} of {runs}: {server}, {which.Model}, {which.Shape}: {figures.StepsPerSecond:N0} steps/s, {figures.ServerMicrosecondsPerStep:0.00} µs of the server a step, p99 {figures.P99Microseconds / 1e3:0.00} ms"));
        if (json)
            Print(BenchJson.Run(server, which, run, figures));
    }

    /// <summary>All is done.</summary>
    /// <param name="settings">How it was measured.</param>
    /// <param name="results">What came out.</param>
    public void Results(BenchSettings settings, IReadOnlyList<BenchResult> results)
    {
        if (json)
        {
            foreach (BenchResult result in results)
                Print(BenchJson.Median(result));
            Print(BenchJson.Summary(settings, results));
        }
        else
        {
            Print(Table(settings, results));
        }
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }

    private static string Table(BenchSettings settings, IReadOnlyList<BenchResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"Servers and generator on one machine: {Machine.Processor}, {Environment.ProcessorCount} logical processors. {Machine.Versions}, {DateTime.UtcNow:yyyy-MM-dd}."));
        text.AppendLine(Invariant($"Medians of {settings.Runs} × {settings.Counted.TotalSeconds:0.#} s, the servers taking turns, after {settings.WarmUp.TotalSeconds:0.#} s of warm-up for each server and model. All outputs of 16 sessions were compared with the engine."));
        text.AppendLine();
        text.AppendLine("| model | load | server | steps/s | steps/s per core of the server | server, µs a step | p50, ms | p99, ms | p99.9, ms | generator, µs a message | generator, cores | times the incumbent per core |");
        text.AppendLine("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (BenchResult result in results)
        {
            string times = result.TimesPerCore is { } ratio ? Invariant($"**{ratio:0.0}**") : "";
            text.AppendLine(Row(result.Case, BenchServer.Ours, result.Ours, times));
            if (result.Incumbent is { } incumbent)
                text.AppendLine(Row(result.Case, BenchServer.Incumbent, incumbent, ""));
        }

        foreach (BenchResult result in results.Where(static r => r.Case.Shape.Rate is not null))
        {
            text.AppendLine();
            text.Append(Invariant($"{result.Case.Model} at {result.Case.Shape.Rate:N0} messages/s: latency counts from when a message was due; the generator sent 99 % of them within {result.Ours.LateP99Microseconds:N0} µs of that"));
            text.AppendLine(result.TimesP99 is { } p99 ? Invariant($" ({result.Incumbent?.LateP99Microseconds:N0} µs to the incumbent). p99 is {p99:0.00} times the incumbent's.") : ".");
        }

        foreach (BenchResult result in results.Where(static r => r.Case.Shape.Rate is null && r.Ours.ClientCores > BusyGenerator * r.Case.Shape.Connections))
        {
            text.AppendLine();
            text.AppendLine(Invariant($"{result.Case.Model}, {result.Case.Shape}: the generator kept {result.Ours.ClientCores:0.00} cores busy, so the service can do more than it was asked to. Use more --connections."));
        }

        return text.ToString().TrimEnd();
    }

    private static string Row(BenchCase which, string server, BenchFigures f, string times) => Invariant(
        $"| {which.Model} | {which.Shape} | {server} | {f.StepsPerSecond:N0} | {f.StepsPerCore:N0} | {f.ServerMicrosecondsPerStep:0.00} | {f.P50Microseconds / 1e3:0.00} | {f.P99Microseconds / 1e3:0.00} | {f.P999Microseconds / 1e3:0.00} | {f.ClientMicrosecondsPerMessage:0.00} | {f.ClientCores:0.00} | {times} |");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
