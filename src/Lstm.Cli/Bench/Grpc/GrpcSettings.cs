namespace Lstm.Cli.Bench.Grpc;

/// <summary>What is measured, how long, how often.</summary>
/// <param name="Loads">Loads.</param>
/// <param name="Transports">Transports.</param>
/// <param name="Counted">How long each run counts.</param>
/// <param name="WarmUp">Load before the first run, for each transport, so that the servers run compiled code.</param>
/// <param name="Runs">Runs of each load on each transport, taking turns.</param>
internal sealed record GrpcSettings(IReadOnlyList<EchoLoad> Loads, IReadOnlyList<Transport> Transports, TimeSpan Counted, TimeSpan WarmUp, int Runs);
