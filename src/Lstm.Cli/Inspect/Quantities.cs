using System.Globalization;

namespace Lstm.Cli.Inspect;

/// <summary>Numbers as people read them.</summary>
internal static class Quantities
{
    /// <summary>12,345.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>1,024 bytes; 51.2 kB; 204 kB; 1.02 GB.</summary>
    public static string Bytes(double value) => value < 10_000 ? $"{Count((long)value)} bytes" : Scaled(value, "B", from: 1);

    /// <summary>320 FLOP; 12.3 kFLOP; 0.26 MFLOP; 1.20 GFLOP.</summary>
    public static string Flops(double value) => value < 1000 ? $"{Count((long)value)} FLOP" : Scaled(value, "FLOP", from: 0.1);

    // The largest unit of which there is so much: 0.26 M rather than 260 k, where that is usual.
    private static string Scaled(double value, string unit, double from)
    {
        var (factor, prefix) = value switch
        {
            _ when value >= from * 1e12 => (1e12, "T"),
            _ when value >= from * 1e9 => (1e9, "G"),
            _ when value >= from * 1e6 => (1e6, "M"),
            _ => (1e3, "k"),
        };
        double scaled = value / factor;
        return $"{scaled.ToString(scaled < 10 ? "0.00" : scaled < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture)} {prefix}{unit}";
    }
}
