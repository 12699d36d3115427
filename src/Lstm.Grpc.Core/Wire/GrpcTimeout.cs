using System.Globalization;

namespace Grpc.Wire;

/// <summary>The value of grpc-timeout: one to eight digits and a unit (PROTOCOL-HTTP2, Requests).</summary>
internal static class GrpcTimeout
{
    private const long LargestValue = 99_999_999;

    /// <summary>Reads a timeout. What overflows a <see cref="TimeSpan"/> does not occur: 8 digits of hours are 11,415 years.</summary>
    /// <param name="value">The header's value.</param>
    /// <param name="timeout">The timeout, rounded up to 100 ns.</param>
    /// <returns>False when the value is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<char> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length is < 2 or > 9 || !long.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long amount))
            return false;
        long? ticks = value[^1] switch
        {
            'H' => amount * TimeSpan.TicksPerHour,
            'M' => amount * TimeSpan.TicksPerMinute,
            'S' => amount * TimeSpan.TicksPerSecond,
            'm' => amount * TimeSpan.TicksPerMillisecond,
            'u' => amount * TimeSpan.TicksPerMicrosecond,
            'n' => (amount + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        timeout = new TimeSpan(ticks.GetValueOrDefault());
        return ticks.HasValue;
    }

    /// <summary>Writes a timeout in the finest unit whose value fits into eight digits, rounded up.</summary>
    /// <param name="timeout">The timeout; below zero counts as zero.</param>
    /// <returns>The header's value.</returns>
    public static string Format(TimeSpan timeout)
    {
        long ticks = Math.Max(timeout.Ticks, 0);
        if (ticks <= LargestValue / TimeSpan.NanosecondsPerTick)
            return Text(ticks * TimeSpan.NanosecondsPerTick, 'n');
        foreach ((long unit, char name) in Units)
            if (DivideUp(ticks, unit) <= LargestValue)
                return Text(DivideUp(ticks, unit), name);
        return Text(LargestValue, 'H');
    }

    private static ReadOnlySpan<(long Ticks, char Name)> Units => new (long, char)[]
    {
        (TimeSpan.TicksPerMicrosecond, 'u'),
        (TimeSpan.TicksPerMillisecond, 'm'),
        (TimeSpan.TicksPerSecond, 'S'),
        (TimeSpan.TicksPerMinute, 'M'),
        (TimeSpan.TicksPerHour, 'H'),
    };

    private static long DivideUp(long ticks, long unit) => (ticks / unit) + (ticks % unit == 0 ? 0 : 1);

    private static string Text(long amount, char unit) => string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}");
}
