using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Service.Load;

namespace Lstm.Cli.Bench.Service;

/// <summary>What is printed of a run, or of the median of runs.</summary>
/// <param name="StepsPerSecond">Steps answered.</param>
/// <param name="MessagesPerSecond">Messages answered.</param>
/// <param name="StepsPerCore">Steps for each second of the server's processor time: steps a second per core.</param>
/// <param name="ServerCores">Cores that the server kept busy.</param>
/// <param name="ServerMicrosecondsPerStep">Processor time of the server.</param>
/// <param name="ClientCores">Cores that the generator kept busy; near the number of its connections it is the bottleneck.</param>
/// <param name="ClientMicrosecondsPerMessage">Processor time of the generator, with its checks.</param>
/// <param name="P50Microseconds">Half of all replies took no longer.</param>
/// <param name="P99Microseconds">99 % took no longer.</param>
/// <param name="P999Microseconds">99.9 % took no longer.</param>
/// <param name="LateP99Microseconds">At a fixed rate: 99 % of the messages were sent no later than so long after they were due; it is part of the latency.</param>
/// <param name="ComparedSteps">Steps whose outputs were compared with the engine.</param>
/// <param name="Difference">The largest difference, relative to the largest output.</param>
internal sealed record BenchFigures(
    double StepsPerSecond, double MessagesPerSecond, double StepsPerCore, double ServerCores, double ServerMicrosecondsPerStep, double ClientCores,
    double ClientMicrosecondsPerMessage, double P50Microseconds, double P99Microseconds, double P999Microseconds, double LateP99Microseconds, double ComparedSteps, double Difference)
{
    /// <summary>The figures of a run.</summary>
    /// <param name="run">The run.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="LoadException">Nothing was answered in time.</exception>
    public static BenchFigures From(LoadFigures run)
    {
        if (run.Messages == 0)
            throw new LoadException($"The server answered nothing in {run.Seconds:0.0} s.");
        // Processor time is counted in hundredths of a second.
        double serverCpu = Math.Max(run.ServerCpuSeconds, 0.01);
        return new(
            run.Steps / run.Seconds, run.Messages / run.Seconds, run.Steps / serverCpu, run.ServerCpuSeconds / run.Seconds, serverCpu * 1e6 / run.Steps, run.ClientCpuSeconds / run.Seconds,
            run.ClientCpuSeconds * 1e6 / run.Messages, Microseconds(run.Latency, 0.5), Microseconds(run.Latency, 0.99), Microseconds(run.Latency, 0.999), Microseconds(run.Lateness, 0.99),
            run.ComparedSteps, run.Difference);
    }

    /// <summary>The median of each figure.</summary>
    /// <param name="runs">At least one.</param>
    /// <returns>The medians.</returns>
    public static BenchFigures Median(IReadOnlyCollection<BenchFigures> runs) => new(
        Median(runs, static r => r.StepsPerSecond), Median(runs, static r => r.MessagesPerSecond), Median(runs, static r => r.StepsPerCore), Median(runs, static r => r.ServerCores),
        Median(runs, static r => r.ServerMicrosecondsPerStep), Median(runs, static r => r.ClientCores), Median(runs, static r => r.ClientMicrosecondsPerMessage),
        Median(runs, static r => r.P50Microseconds), Median(runs, static r => r.P99Microseconds), Median(runs, static r => r.P999Microseconds), Median(runs, static r => r.LateP99Microseconds),
        Median(runs, static r => r.ComparedSteps), runs.Max(static r => r.Difference));

    private static double Median(IEnumerable<BenchFigures> runs, Func<BenchFigures, double> figure)
    {
        double[] sorted = [.. runs.Select(figure).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Microseconds(LatencyHistogram histogram, double share) => histogram.Percentile(share) / 1e3;
}
