namespace Lstm.Cli.Bench.Service;

/// <summary>What a case gave on each server: medians of its runs.</summary>
/// <param name="Case">The case.</param>
/// <param name="Ours">Our service.</param>
/// <param name="Incumbent">What one writes today; null: it was not measured.</param>
internal sealed record BenchResult(BenchCase Case, BenchFigures Ours, BenchFigures? Incumbent)
{
    /// <summary>Steps a second per core of the server, as a multiple of the incumbent's.</summary>
    public double? TimesPerCore => Ours.StepsPerCore / Incumbent?.StepsPerCore;

    /// <summary>Steps a second, as a multiple of the incumbent's.</summary>
    public double? TimesSteps => Ours.StepsPerSecond / Incumbent?.StepsPerSecond;

    /// <summary>p99 as a multiple of the incumbent's: below 1 is better.</summary>
    public double? TimesP99 => Ours.P99Microseconds / Incumbent?.P99Microseconds;
}
