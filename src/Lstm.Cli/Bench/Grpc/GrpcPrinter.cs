using System.Globalization;
using System.Text;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>Progress on standard error; results on standard output, as a table in Markdown for people or as JSON lines for programs.</summary>
/// <param name="output">For results.</param>
/// <param name="error">For progress.</param>
/// <param name="json">Whether results are JSON.</param>
internal sealed class GrpcPrinter(TextWriter output, TextWriter error, bool json)
{
    /// <summary>All transports are warmed up.</summary>
    /// <param name="load">With what.</param>
    public void WarmUp(EchoLoad load) => error.WriteLine($"warm-up: {load}");

    /// <summary>A run is done.</summary>
    /// <param name="load">Of which load.</param>
    /// <param name="transport">On which transport.</param>
    /// <param name="run">Which of them.</param>
    /// <param name="runs">Out of how many.</param>
    /// <param name="figures">What came out.</param>
    public void Run(EchoLoad load, Transport transport, int run, int runs, GrpcFigures figures)
    {
        error.WriteLine(Invariant($"run {run} of {runs}: {load}, {transport.Name}: {figures.ServerMicroseconds:0.00} µs of the server and {Bytes(figures)} bytes a message, {figures.MessagesPerSecond:N0} messages/s"));
        if (json)
            Print(GrpcJson.Run(load, transport, run, figures));
    }

    /// <summary>All is done.</summary>
    /// <param name="settings">How it was measured.</param>
    /// <param name="results">What came out.</param>
    public void Results(GrpcSettings settings, IReadOnlyList<GrpcResult> results)
    {
        if (json)
        {
            foreach (GrpcResult result in results)
                Print(GrpcJson.Median(result, results));
            Print(GrpcJson.Summary(settings));
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

    private static string Table(GrpcSettings settings, IReadOnlyList<GrpcResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"Servers and generator on one machine: {Machine.Processor}, {Environment.ProcessorCount} logical processors. {Machine.Versions}, {DateTime.UtcNow:yyyy-MM-dd}."));
        text.AppendLine(Invariant($"Medians of {settings.Runs} × {settings.Counted.TotalSeconds:0.#} s, the transports taking turns, after {settings.WarmUp.TotalSeconds:0.#} s of warm-up for each. All replies were compared."));
        text.AppendLine();
        text.AppendLine("| load | transport | server, µs a message | times raw-generated | times raw-by-hand | times grpc-aspnetcore | allocated bytes a message | messages/s | p50, µs | p99, µs | generator, µs a message |");
        text.AppendLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (GrpcResult result in results)
        {
            GrpcFigures f = result.Figures;
            string times = $"{Times(result, results, Transport.RawGenerated)} | {Times(result, results, Transport.RawByHand)} | {Times(result, results, Transport.Packages)}";
            text.AppendLine(Invariant($"| {result.Load} | {result.Transport.Name} | {f.ServerMicroseconds:0.00} | {times} | {Bytes(f)} | {f.MessagesPerSecond:N0} | {f.P50Microseconds:N0} | {f.P99Microseconds:N0} | {f.ClientMicroseconds:0.00} |"));
        }

        foreach (GrpcResult result in results.Where(static r => r.Load.Rows > 1))
        {
            text.AppendLine();
            text.AppendLine(Invariant($"{result.Load}, {result.Transport.Name}: {result.ServerMicrosecondsPerRow:0.000} µs of the server a row."));
        }

        return text.ToString().TrimEnd();
    }

    private static string Times(GrpcResult result, IReadOnlyCollection<GrpcResult> results, Transport other) =>
        result.Times(results, other) is { } times ? Invariant($"{times:0.00}") : "";

    private static string Bytes(GrpcFigures figures) => figures.AllocatedBytes is { } bytes ? Invariant($"{bytes:N0}") : "–";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
