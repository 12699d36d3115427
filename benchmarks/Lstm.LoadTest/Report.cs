using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Lstm.LoadTest;

/// <summary>The report in Markdown.</summary>
internal static class Report
{
    /// <summary>Medians, and the lowest and highest run beside them, because machines are noisy.</summary>
    public static string Write(
        LoadPlan plan, List<double> startUps, List<double> idleMemory, Dictionary<Load, List<LoadResult>> results, double loadedMemory)
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"Server and client on one machine: {Processor()}, {Environment.ProcessorCount} logical processors."));
        text.AppendLine(Invariant($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {DateTime.UtcNow:yyyy-MM-dd}."));
        text.AppendLine(Invariant(
            $"Model nyc-taxi (2 × LSTM(64)), one session per stream, one step in flight per stream. Warm-up {plan.WarmUp.TotalSeconds:0} s per load, then {plan.Runs} runs of {plan.Run.TotalSeconds:0} s, the loads taking turns."));
        text.AppendLine("Medians of the runs; the lowest and the highest run in brackets.");
        text.AppendLine();
        text.AppendLine("| load | steps/s | p50, ms | p99, ms |");
        text.AppendLine("| --- | --- | --- | --- |");
        foreach ((Load load, List<LoadResult> runs) in results)
        {
            text.AppendLine(Invariant(
                $"| {load.Name} | {Spread(runs.Select(run => run.StepsPerSecond), "N0")} | {Spread(runs.Select(run => run.P50), "0.000")} | {Spread(runs.Select(run => run.P99), "0.000")} |"));
        }

        text.AppendLine();
        text.AppendLine("| the service | |");
        text.AppendLine("| --- | --- |");
        text.AppendLine(Invariant($"| from starting the process to ready, ms | {Spread(startUps, "N0")} |"));
        text.AppendLine(Invariant($"| resident memory, idle for 10 s after start, MB | {Spread(idleMemory, "N0")} |"));
        text.AppendLine(Invariant($"| resident memory after all loads, MB | {loadedMemory:N0} |"));
        return text.ToString();
    }

    private static string Spread(IEnumerable<double> values, string format)
    {
        double[] sorted = [.. values.Order()];
        double median = sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
        return Invariant($"**{Text(median)}** ({Text(sorted[0])} … {Text(sorted[^1])})");

        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : RuntimeInformation.OSArchitecture.ToString();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
