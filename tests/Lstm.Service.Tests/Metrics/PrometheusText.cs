using System.Globalization;
using System.Text.RegularExpressions;

namespace Lstm.Service.Tests.Metrics;

/// <summary>A strict reader of the text exposition format 0.0.4: whatever bends a rule throws.</summary>
internal sealed partial class PrometheusText
{
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _helps = new(StringComparer.Ordinal);

    private PrometheusText()
    {
    }

    public IReadOnlyDictionary<string, double> Samples => _samples;

    public IReadOnlyDictionary<string, string> Types => _types;

    public IReadOnlyDictionary<string, string> Helps => _helps;

    public double this[string series] => _samples[series];

    public static PrometheusText Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var result = new PrometheusText();
        string family = "";
        foreach (string line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                Assert.True(result._helps.TryAdd(help.Groups[1].Value, help.Groups[2].Value), $"A second HELP: {line}");
                family = help.Groups[1].Value;
                Assert.DoesNotContain(family, result._types.Keys);
            }
            else if (Type().Match(line) is { Success: true } type)
            {
                family = type.Groups[1].Value;
                Assert.True(result._types.TryAdd(family, type.Groups[2].Value), $"A second TYPE: {line}");
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, $"Not a line of the format: {line}");
                result.Add(family, sample.Groups[1].Value, sample.Groups[2].Value, sample.Groups[3].Value);
            }
        }

        result.CheckHistograms();
        return result;
    }

    private void Add(string family, string name, string labels, string value)
    {
        string[] allowed = _types[family] == "histogram" ? [$"{family}_bucket", $"{family}_sum", $"{family}_count"] : [family];
        Assert.Contains(name, allowed);
        if (_types[family] == "counter")
            Assert.EndsWith("_total", family, StringComparison.Ordinal);
        var names = Label().Matches(labels).Select(static m => m.Groups[1].Value).ToList();
        Assert.Equal(names.Distinct(), names);
        double number = value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Assert.True(_samples.TryAdd(labels.Length == 0 ? name : $"{name}{{{labels}}}", number), $"A second sample of {name}{{{labels}}}");
    }

    private void CheckHistograms()
    {
        foreach (string family in _types.Where(static t => t.Value == "histogram").Select(static t => t.Key))
        {
            var series = _samples.Where(s => s.Key.StartsWith($"{family}_bucket{{", StringComparison.Ordinal))
                .GroupBy(static s => LastLabel().Replace(s.Key, ""));
            foreach (var buckets in series)
            {
                double[] counts = [.. buckets.Select(static b => b.Value)];
                Assert.Equal(counts.Order(), counts);
                Assert.Contains("le=\"+Inf\"", buckets.Last().Key, StringComparison.Ordinal);
                string total = buckets.Key.Replace("_bucket{", "_count{", StringComparison.Ordinal).TrimEnd('{') + (buckets.Key.EndsWith('{') ? "" : "}");
                Assert.Equal(_samples[total], counts[^1]);
            }
        }
    }

    [GeneratedRegex("^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"(?:,(?!\})|(?=\})))+)\})? (\+Inf|-Inf|NaN|-?[0-9][0-9.]*(?:E[+-]?[0-9]+)?)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\\n]|\\[\\"n])*"(?:,|$)""")]
    private static partial Regex Label();

    [GeneratedRegex(""",?le="[^"]*"\}$""")]
    private static partial Regex LastLabel();
}
