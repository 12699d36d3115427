namespace Lstm.Cli.Bench.Lanes;

/// <summary>How lanes are compared.</summary>
/// <param name="Lanes">How many, beside one.</param>
/// <param name="Callers">Callers at once.</param>
/// <param name="Rounds">Turns of each contender.</param>
/// <param name="Slice">Time of a turn.</param>
internal sealed record LanesPlan(int Lanes, int Callers, int Rounds, TimeSpan Slice);
