using System.Diagnostics;
using System.Globalization;

namespace Lstm.Cli.Demo;

/// <summary>How fast the demo goes: so many steps per second, or as fast as replies come.</summary>
internal sealed class Pace
{
    /// <summary>Seconds that the demo takes when nothing else is asked for.</summary>
    public const double DefaultSeconds = 30;

    private readonly Stopwatch _watch = new();

    private Pace(double stepsPerSecond) => StepsPerSecond = stepsPerSecond;

    /// <summary>Steps per second; infinite: no waiting.</summary>
    public double StepsPerSecond { get; }

    /// <summary>As fast as replies come.</summary>
    public static Pace Unlimited => new(double.PositiveInfinity);

    /// <summary>Reads "max" or a number of steps per second above 0.</summary>
    /// <returns>Null: it is neither.</returns>
    public static Pace? TryParse(string text)
    {
        if (text.Equals("max", StringComparison.OrdinalIgnoreCase))
            return Unlimited;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate > 0 && double.IsFinite(rate)
            ? new Pace(rate)
            : null;
    }

    /// <summary>The whole series in about half a minute.</summary>
    public static Pace Default(int steps) => new(steps / DefaultSeconds);

    /// <summary>Waits until it is time for a step. Reckons from the first step on, so that a late step does not make the rest late.</summary>
    /// <param name="step">0-based.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask WaitAsync(int step, CancellationToken cancellation)
    {
        if (double.IsInfinity(StepsPerSecond))
        {
            cancellation.ThrowIfCancellationRequested();
            return;
        }

        if (step == 0)
            _watch.Restart();
        TimeSpan early = TimeSpan.FromSeconds(step / StepsPerSecond) - _watch.Elapsed;
        if (early > TimeSpan.FromMilliseconds(1))
            await Task.Delay(early, cancellation);
    }
}
