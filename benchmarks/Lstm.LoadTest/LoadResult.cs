namespace Lstm.LoadTest;

/// <summary>What one run gave.</summary>
/// <param name="StepsPerSecond">Of all streams together.</param>
/// <param name="P50">Median time from sending a step to holding its answer, in milliseconds.</param>
/// <param name="P99">99 of 100 answers took no longer, in milliseconds.</param>
internal sealed record LoadResult(double StepsPerSecond, double P50, double P99);
