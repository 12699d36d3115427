namespace Lstm.LoadTest;

/// <summary>How long and how often.</summary>
/// <param name="Run">Length of one run.</param>
/// <param name="WarmUp">Load before the first run, so that the service runs compiled code.</param>
/// <param name="Runs">Runs of each load.</param>
internal sealed record LoadPlan(TimeSpan Run, TimeSpan WarmUp, int Runs);
