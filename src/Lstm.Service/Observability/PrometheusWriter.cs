using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Lstm.Service.Observability;

/// <summary>Writes metrics in Prometheus' text exposition format 0.0.4; each family once, its samples together.</summary>
/// <param name="resource">Who is measured; becomes target_info.</param>
internal sealed class PrometheusWriter(Resource resource)
{
    private readonly Dictionary<string, List<Metric>> _families = new(StringComparer.Ordinal);
    private readonly StringBuilder _text = new(16_384);

    /// <summary>Takes a metric in; it has to live until <see cref="ToString"/>.</summary>
    /// <param name="metric">A metric of any kind but exponential histograms, which the format does not have.</param>
    public void Add(Metric metric)
    {
        string type = PrometheusNames.Type(metric);
        if (type.Length == 0)
            return;
        string name = PrometheusNames.Family(metric);
        if (!_families.TryGetValue(name, out var family))
            _families.Add(name, family = []);
        if (family.Count == 0 || PrometheusNames.Type(family[0]) == type)
            family.Add(metric);
    }

    /// <summary>The text.</summary>
    /// <returns>Families in the order of their names.</returns>
    public override string ToString()
    {
        _text.Clear();
        WriteHead("target_info", "gauge", "What is measured.");
        Sample("target_info", Labels(resource.Attributes, null), 1);
        foreach (var (name, family) in _families.OrderBy(static f => f.Key, StringComparer.Ordinal))
        {
            WriteHead(name, PrometheusNames.Type(family[0]), family[0].Description);
            foreach (var metric in family)
                WriteSamples(name, metric, family.Count > 1 ? metric.MeterName : null);
        }

        return _text.ToString();
    }

    private void WriteHead(string name, string type, string help)
    {
        if (help.Length > 0)
            _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    // Two meters can have an instrument of one name; then the meter's name tells their samples apart.
    private void WriteSamples(string name, Metric metric, string? scope)
    {
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            string labels = Labels(Attributes(point), scope);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Sample(name, labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Sample(name, labels, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Sample(name, labels, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Sample(name, labels, point.GetGaugeLastValueDouble());
                    break;
                case MetricType.Histogram:
                    WriteHistogram(name, labels, point);
                    break;
            }
        }
    }

    private void WriteHistogram(string name, string labels, in MetricPoint point)
    {
        string separator = labels.Length == 0 ? "" : ",";
        long below = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            Sample($"{name}_bucket", $"{labels}{separator}le=\"{Number(bucket.ExplicitBound)}\"", below);
        }

        Sample($"{name}_sum", labels, point.GetHistogramSum());
        Sample($"{name}_count", labels, point.GetHistogramCount());
    }

    private void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
            _text.Append('{').Append(labels).Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static List<KeyValuePair<string, object>> Attributes(in MetricPoint point)
    {
        var attributes = new List<KeyValuePair<string, object>>(point.Tags.Count);
        foreach (var (key, value) in point.Tags)
            attributes.Add(new(key, value ?? ""));
        return attributes;
    }

    private static string Labels(IEnumerable<KeyValuePair<string, object>> attributes, string? scope)
    {
        // Attributes whose names become the same label share it, as OpenTelemetry prescribes.
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (scope is not null)
            labels["otel_scope_name"] = scope;
        foreach (var (key, value) in attributes)
        {
            string name = PrometheusNames.Label(key);
            string text = value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels[name] = labels.TryGetValue(name, out string? before) ? $"{before};{text}" : text;
        }

        return string.Join(',', labels.Select(static l => $"{l.Key}=\"{Escape(l.Value)}\""));
    }

    private static string Escape(string value) => value
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
