using System.Text;
using OpenTelemetry.Metrics;

namespace Lstm.Service.Observability;

/// <summary>Names of OpenTelemetry as Prometheus wants them: a.b.c in seconds becomes a_b_c_seconds, a sum that only grows ends in _total.</summary>
internal static class PrometheusNames
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds", ["ms"] = "milliseconds", ["us"] = "microseconds", ["ns"] = "nanoseconds", ["min"] = "minutes", ["h"] = "hours", ["d"] = "days",
        ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes", ["GiBy"] = "gibibytes", ["kBy"] = "kilobytes", ["MBy"] = "megabytes", ["GBy"] = "gigabytes",
        ["Hz"] = "hertz", ["V"] = "volts", ["A"] = "amperes", ["J"] = "joules", ["W"] = "watts", ["g"] = "grams", ["m"] = "meters", ["Cel"] = "celsius", ["%"] = "percent",
    };

    /// <summary>The name of a family of samples.</summary>
    /// <param name="metric">A metric.</param>
    /// <returns>Its name, with unit and _total where they belong.</returns>
    public static string Family(Metric metric)
    {
        string name = Sanitize(metric.Name, allowColon: true);
        string unit = Unit(metric);
        if (unit.Length > 0 && !name.EndsWith($"_{unit}", StringComparison.Ordinal))
            name += $"_{unit}";
        bool counter = Type(metric) == "counter";
        return counter && !name.EndsWith("_total", StringComparison.Ordinal) ? $"{name}_total" : name;
    }

    /// <summary>counter, gauge or histogram.</summary>
    /// <param name="metric">A metric.</param>
    /// <returns>Its type in Prometheus; a sum that can shrink is a gauge there.</returns>
    public static string Type(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",
        MetricType.ExponentialHistogram => "",
        _ => "gauge",
    };

    /// <summary>The name of a label.</summary>
    /// <param name="attribute">Name of the attribute.</param>
    /// <returns>Letters, digits and underscores.</returns>
    public static string Label(string attribute) => Sanitize(attribute, allowColon: false);

    private static string Unit(Metric metric)
    {
        // {request} and the like annotate a number without unit; 1 is a ratio only where it is a gauge.
        string unit = metric.Unit ?? "";
        int brace = unit.IndexOf('{', StringComparison.Ordinal);
        if (brace >= 0)
            unit = unit[..brace];
        if (unit == "1")
            return metric.MetricType is MetricType.DoubleGauge or MetricType.LongGauge ? "ratio" : "";
        string[] parts = unit.Split('/', 2, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length switch
        {
            0 => "",
            1 => Word(parts[0]),
            _ => $"{Word(parts[0])}_per_{Word(parts[1]).TrimEnd('s')}",
        };
    }

    private static string Word(string unit) => Units.TryGetValue(unit, out string? word) ? word : Sanitize(unit, allowColon: false);

    private static string Sanitize(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (char c in name)
        {
            bool allowed = char.IsAsciiLetterOrDigit(c) || c == '_' || (allowColon && c == ':');
            if (allowed && text.Length == 0 && char.IsAsciiDigit(c))
                text.Append('_');
            if (allowed || text.Length == 0 || text[^1] != '_')
                text.Append(allowed ? c : '_');
        }

        return text.ToString();
    }
}
