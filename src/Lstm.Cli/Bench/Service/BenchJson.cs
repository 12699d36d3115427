using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lstm.Cli.Bench.Service;

/// <summary>Results for programs: a line for each run, then one for each case and server with the medians, last a summary. benchmarks/README.md lists the fields; a test compares.</summary>
internal static class BenchJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A run.</summary>
    /// <param name="server">Of which server.</param>
    /// <param name="which">Of which case.</param>
    /// <param name="run">Which of them.</param>
    /// <param name="figures">What came out.</param>
    /// <returns>A line.</returns>
    public static string Run(string server, BenchCase which, int run, BenchFigures figures)
    {
        Dictionary<string, object?> line = Line("run", server, which);
        line["run"] = run;
        Add(line, figures);
        return JsonSerializer.Serialize(line, Options);
    }

    /// <summary>The medians of a case: one line, or two with the incumbent.</summary>
    /// <param name="result">The case.</param>
    /// <returns>Lines.</returns>
    public static string Median(BenchResult result)
    {
        Dictionary<string, object?> ours = Line("median", BenchServer.Ours, result.Case);
        Add(ours, result.Ours);
        AddRatios(ours, result);
        string lines = JsonSerializer.Serialize(ours, Options);
        if (result.Incumbent is not { } figures)
            return lines;
        Dictionary<string, object?> incumbent = Line("median", BenchServer.Incumbent, result.Case);
        Add(incumbent, figures);
        return lines + Environment.NewLine + JsonSerializer.Serialize(incumbent, Options);
    }

    /// <summary>The last line.</summary>
    /// <param name="settings">How it was measured.</param>
    /// <param name="results">What came out.</param>
    /// <returns>A line.</returns>
    public static string Summary(BenchSettings settings, IReadOnlyList<BenchResult> results) => JsonSerializer.Serialize(
        new Dictionary<string, object?>
        {
            ["kind"] = "summary",
            ["ok"] = true, // A wrong answer, a refusal or a lost connection ends the benchmark before.
            ["processor"] = Machine.Processor,
            ["processors"] = Environment.ProcessorCount,
            ["versions"] = Machine.Versions,
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            ["runs"] = settings.Runs,
            ["seconds"] = settings.Counted.TotalSeconds,
            ["warm_up_seconds"] = settings.WarmUp.TotalSeconds,
            ["cases"] = results.Select(static result =>
            {
                var line = new Dictionary<string, object?> { ["model"] = result.Case.Model, ["load"] = result.Case.Shape.ToString() };
                AddRatios(line, result);
                return line;
            }),
        },
        Options);

    private static Dictionary<string, object?> Line(string kind, string server, BenchCase which) => new()
    {
        ["kind"] = kind,
        ["server"] = server,
        ["model"] = which.Model,
        ["load"] = which.Shape.ToString(),
        ["sessions"] = which.Shape.Sessions,
        ["streams"] = which.Shape.Streams,
        ["connections"] = which.Shape.Connections,
        ["chunk"] = which.Shape.Chunk,
        ["batch"] = which.Shape.Batch,
        ["window"] = which.Shape.Window,
        ["rate"] = which.Shape.Rate,
    };

    private static void Add(Dictionary<string, object?> line, BenchFigures figures)
    {
        line["steps_per_second"] = Math.Round(figures.StepsPerSecond);
        line["messages_per_second"] = Math.Round(figures.MessagesPerSecond);
        line["steps_per_second_per_core"] = Math.Round(figures.StepsPerCore);
        line["server_cores"] = Math.Round(figures.ServerCores, 3);
        line["server_us_per_step"] = Math.Round(figures.ServerMicrosecondsPerStep, 4);
        line["client_cores"] = Math.Round(figures.ClientCores, 3);
        line["client_us_per_message"] = Math.Round(figures.ClientMicrosecondsPerMessage, 4);
        line["p50_us"] = Math.Round(figures.P50Microseconds, 1);
        line["p99_us"] = Math.Round(figures.P99Microseconds, 1);
        line["p999_us"] = Math.Round(figures.P999Microseconds, 1);
        line["late_p99_us"] = Math.Round(figures.LateP99Microseconds, 1);
        line["compared_steps"] = figures.ComparedSteps;
        line["difference"] = figures.Difference;
    }

    private static void AddRatios(Dictionary<string, object?> line, BenchResult result)
    {
        line["times_steps_per_core"] = Rounded(result.TimesPerCore);
        line["times_steps"] = Rounded(result.TimesSteps);
        line["times_p99"] = Rounded(result.TimesP99);
    }

    private static double? Rounded(double? ratio) => ratio is { } value ? Math.Round(value, 3) : null;
}
