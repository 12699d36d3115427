using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>Results for programs: a line for each run, then one for each load and transport with the medians, last a summary. benchmarks/README.md lists the fields; a test compares.</summary>
internal static class GrpcJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A run.</summary>
    /// <param name="load">Of which load.</param>
    /// <param name="transport">On which transport.</param>
    /// <param name="run">Which of them.</param>
    /// <param name="figures">What came out.</param>
    /// <returns>A line.</returns>
    public static string Run(EchoLoad load, Transport transport, int run, GrpcFigures figures)
    {
        Dictionary<string, object?> line = Line("run", load, transport);
        line["run"] = run;
        Add(line, load, figures);
        return JsonSerializer.Serialize(line, Options);
    }

    /// <summary>The medians of a load on a transport.</summary>
    /// <param name="result">Which.</param>
    /// <param name="results">All, to compare with.</param>
    /// <returns>A line.</returns>
    public static string Median(GrpcResult result, IReadOnlyCollection<GrpcResult> results)
    {
        Dictionary<string, object?> line = Line("median", result.Load, result.Transport);
        Add(line, result.Load, result.Figures);
        line["times_raw_generated"] = Rounded(result.Times(results, Transport.RawGenerated), 3);
        line["times_raw_by_hand"] = Rounded(result.Times(results, Transport.RawByHand), 3);
        line["times_grpc_aspnetcore"] = Rounded(result.Times(results, Transport.Packages), 3);
        return JsonSerializer.Serialize(line, Options);
    }

    /// <summary>The last line.</summary>
    /// <param name="settings">How it was measured.</param>
    /// <returns>A line.</returns>
    public static string Summary(GrpcSettings settings) => JsonSerializer.Serialize(
        new Dictionary<string, object?>
        {
            ["kind"] = "summary",
            ["ok"] = true, // A wrong answer, a refusal or a lost connection ends the benchmark before.
            ["processor"] = Machine.Processor,
            ["processors"] = Environment.ProcessorCount,
            ["versions"] = Machine.Versions,
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["runs"] = settings.Runs,
            ["seconds"] = settings.Counted.TotalSeconds,
            ["warm_up_seconds"] = settings.WarmUp.TotalSeconds,
        },
        Options);

    private static Dictionary<string, object?> Line(string kind, EchoLoad load, Transport transport) => new()
    {
        ["kind"] = kind,
        ["load"] = load.Name,
        ["transport"] = transport.Name,
        ["streams"] = load.Streams,
        ["window"] = load.Window,
        ["rows"] = load.Rows,
        ["unary"] = load.Unary,
    };

    private static void Add(Dictionary<string, object?> line, EchoLoad load, GrpcFigures figures)
    {
        line["messages_per_second"] = Math.Round(figures.MessagesPerSecond);
        line["server_us_per_message"] = Math.Round(figures.ServerMicroseconds, 4);
        line["server_us_per_row"] = Math.Round(figures.ServerMicroseconds / load.Rows, 4);
        line["server_cores"] = Math.Round(figures.ServerCores, 3);
        line["client_us_per_message"] = Math.Round(figures.ClientMicroseconds, 4);
        line["allocated_bytes_per_message"] = Rounded(figures.AllocatedBytes, 1);
        line["p50_us"] = Math.Round(figures.P50Microseconds, 1);
        line["p99_us"] = Math.Round(figures.P99Microseconds, 1);
    }

    private static double? Rounded(double? value, int digits) => value is { } number ? Math.Round(number, digits) : null;
}
