using System.Globalization;
using System.Text.Json;

namespace Lstm.Cli.Bench.Lanes;

/// <summary>Prints results as a table for people or as JSON lines for programs.</summary>
/// <param name="output">Where.</param>
/// <param name="json">For programs.</param>
/// <param name="plan">How it is measured.</param>
internal sealed class LanesPrinter(TextWriter output, bool json, LanesPlan plan)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Under what conditions, and what the columns are.</summary>
    public void PrintHead()
    {
        if (json)
            return;
        output.WriteLine($"{Machine.Processor}, {Environment.ProcessorCount} processors, {Machine.Versions}");
        output.WriteLine($"{plan.Callers} callers, {plan.Rounds} rounds of {Text(plan.Slice.TotalMilliseconds, "0")} ms");
        output.WriteLine();
        output.WriteLine("model        lanes schedulers |    steps/s  processor us   width | times one lane");
    }

    /// <summary>One line.</summary>
    /// <param name="result">What to print.</param>
    public void Print(LanesResult result)
    {
        output.WriteLine(json ? JsonSerializer.Serialize(
            new
            {
                result.Model,
                result.Lanes,
                result.Schedulers,
                plan.Callers,
                result.StepsPerSecond,
                result.Ratio,
                result.LeastRatio,
                result.LargestRatio,
                result.ProcessorUs,
                result.Width,
                Machine.Processor,
                Processors = Environment.ProcessorCount,
                Machine.Versions,
            },
            Json) : Line(result));
        output.Flush();
    }

    private static string Line(LanesResult r) =>
        $"{r.Model,-12} {r.Lanes,5} {r.Schedulers,10} | {Text(r.StepsPerSecond, "0"),10} {Text(r.ProcessorUs, "0.00"),13} {Text(r.Width, "0.0"),7} | {Text(r.Ratio, "0.00")} ({Text(r.LeastRatio, "0.00")} to {Text(r.LargestRatio, "0.00")})";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
