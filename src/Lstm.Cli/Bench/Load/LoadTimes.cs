using System.Diagnostics;

namespace Lstm.Cli.Bench.Load;

/// <summary>When a run begins, and from when to when it counts; in ticks of <see cref="Stopwatch"/>.</summary>
/// <param name="Start">The first message is sent.</param>
/// <param name="From">Messages sent from here on count.</param>
/// <param name="To">No message is sent any more.</param>
internal sealed record LoadTimes(long Start, long From, long To)
{
    // What comes first finds caches and branch predictors of another run.
    private const double SettleSeconds = 0.5;
    private const double MostOfRun = 0.2;

    /// <summary>Times of a run that begins now.</summary>
    /// <param name="counted">How long it counts.</param>
    /// <returns>The times.</returns>
    public static LoadTimes Now(TimeSpan counted)
    {
        long now = Stopwatch.GetTimestamp();
        long from = now + Ticks(Math.Min(SettleSeconds, counted.TotalSeconds * MostOfRun));
        return new(now, from, from + Ticks(counted.TotalSeconds));
    }

    /// <summary>Seconds in ticks.</summary>
    /// <param name="seconds">Seconds.</param>
    /// <returns>Ticks.</returns>
    public static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    /// <summary>Ticks in nanoseconds.</summary>
    /// <param name="ticks">Ticks.</param>
    /// <returns>Nanoseconds.</returns>
    public static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));
}
