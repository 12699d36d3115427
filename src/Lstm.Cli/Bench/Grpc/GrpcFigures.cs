using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>What is printed of a run, or of the median of runs.</summary>
/// <param name="MessagesPerSecond">Messages answered.</param>
/// <param name="ServerMicroseconds">Processor time of the server for each message.</param>
/// <param name="ServerCores">Cores that the server kept busy.</param>
/// <param name="ClientMicroseconds">Processor time of the generator for each message, with its checks.</param>
/// <param name="AllocatedBytes">Bytes that the server allocated for each message; null: it does not tell.</param>
/// <param name="P50Microseconds">Half of all replies took no longer.</param>
/// <param name="P99Microseconds">99 % took no longer.</param>
internal sealed record GrpcFigures(
    double MessagesPerSecond, double ServerMicroseconds, double ServerCores, double ClientMicroseconds, double? AllocatedBytes, double P50Microseconds, double P99Microseconds)
{
    /// <summary>The figures of a run.</summary>
    /// <param name="run">What happened in it.</param>
    /// <param name="latency">From sending to the reply.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="LoadException">Nothing was answered in time.</exception>
    public static GrpcFigures From(Reading run, LatencyHistogram latency) => run.Messages == 0
        ? throw new LoadException($"The server answered nothing in {run.Seconds:0.0} s.")
        : new(
            run.Messages / run.Seconds, run.ServerCpuSeconds * 1e6 / run.Messages, run.ServerCpuSeconds / run.Seconds, run.ClientCpuSeconds * 1e6 / run.Messages,
            run.AllocatedBytes / (double)run.Messages, latency.Percentile(0.5) / 1e3, latency.Percentile(0.99) / 1e3);

    /// <summary>The median of each figure.</summary>
    /// <param name="runs">At least one, of one transport.</param>
    /// <returns>The medians.</returns>
    public static GrpcFigures Median(IReadOnlyCollection<GrpcFigures> runs) => new(
        Median(runs, static r => r.MessagesPerSecond), Median(runs, static r => r.ServerMicroseconds), Median(runs, static r => r.ServerCores), Median(runs, static r => r.ClientMicroseconds),
        runs.All(static r => r.AllocatedBytes is null) ? null : Median(runs, static r => r.AllocatedBytes ?? 0), Median(runs, static r => r.P50Microseconds), Median(runs, static r => r.P99Microseconds));

    private static double Median(IEnumerable<GrpcFigures> runs, Func<GrpcFigures, double> figure)
    {
        double[] sorted = [.. runs.Select(figure).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
