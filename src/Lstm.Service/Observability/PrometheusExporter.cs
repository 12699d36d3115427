using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Lstm.Service.Observability;

/// <summary>Turns collected metrics into Prometheus text, when /metrics is read.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>Media type of the text: exposition format 0.0.4.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _gate = new();
    private byte[] _text = [];

    /// <summary>Makes the reader collect; the reader sets it, because only so may a pull exporter be called.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>Collects now and gives the text; one caller at a time.</summary>
    /// <returns>UTF-8, or null when nothing could be collected (OTEL_SDK_DISABLED).</returns>
    public byte[]? Scrape()
    {
        lock (_gate)
        {
            _text = [];
            return Collect?.Invoke(Timeout.Infinite) == true && _text.Length > 0 ? _text : null;
        }
    }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        var writer = new PrometheusWriter(ParentProvider.GetResource());
        foreach (var metric in batch)
            writer.Add(metric);
        _text = Encoding.UTF8.GetBytes(writer.ToString());
        return ExportResult.Success;
    }
}
