using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Service.Load;

/// <summary>What one run gave.</summary>
/// <param name="Seconds">How long it was counted.</param>
/// <param name="Steps">Steps answered in that time.</param>
/// <param name="Messages">Messages answered in that time.</param>
/// <param name="ServerCpuSeconds">Processor time of the server in that time.</param>
/// <param name="ClientCpuSeconds">Processor time of this process in that time.</param>
/// <param name="Latency">From sending, or from when that was due, to the reply.</param>
/// <param name="Lateness">At a fixed rate: how much later than due messages were sent.</param>
/// <param name="ComparedSteps">Steps whose outputs were compared with the engine in this process.</param>
/// <param name="Difference">The largest difference, relative to the largest output.</param>
internal sealed record LoadFigures(
    double Seconds, long Steps, long Messages, double ServerCpuSeconds, double ClientCpuSeconds, LatencyHistogram Latency, LatencyHistogram Lateness, int ComparedSteps, double Difference);
