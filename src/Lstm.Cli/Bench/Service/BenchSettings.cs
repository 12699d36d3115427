namespace Lstm.Cli.Bench.Service;

/// <summary>How long, how often, against whom.</summary>
/// <param name="Counted">How long each run counts.</param>
/// <param name="WarmUp">Load before the first run, for each server and model, so that the servers run compiled code.</param>
/// <param name="Runs">Runs of each case on each server, taking turns.</param>
/// <param name="Incumbent">Whether the incumbent runs beside.</param>
internal sealed record BenchSettings(TimeSpan Counted, TimeSpan WarmUp, int Runs, bool Incumbent);
