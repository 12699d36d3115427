using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Lstm.Service.Observability;

/// <summary>OpenTelemetry: what is listened to, and where it goes. The SDK reads the standard OTEL_* settings itself.</summary>
internal sealed class Telemetry : IDisposable
{
    /// <summary>Meters that are listened to: ours, our gRPC layer's, ASP.NET Core's, the runtime's.</summary>
    private static readonly string[] Meters =
    [
        LstmMeter.Name, "Lstm.Grpc", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing", "System.Runtime",
    ];

    private readonly MeterProvider? _meters;
    private readonly TracerProvider? _tracer;

    /// <summary>Starts listening.</summary>
    /// <param name="configuration">Environment and command line.</param>
    /// <param name="prometheus">Keeps the metrics for /metrics.</param>
    public Telemetry(IConfiguration configuration, PrometheusExporter prometheus)
    {
        var metrics = OtelSignal.Read("METRICS", configuration);
        var traces = OtelSignal.Read("TRACES", configuration);
        if (IsDisabled(configuration))
            return;
        var meters = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Resource(configuration))
            .AddMeter(Meters)
            .AddReader(new BaseExportingMetricReader(prometheus));
        if (metrics.Enabled)
            meters.AddOtlpExporter(metrics.Apply);
        _meters = meters.Build();
        if (traces.Enabled)
        {
            _tracer = Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(configuration))
                .SetResourceBuilder(Resource(configuration))
                .AddSource("Microsoft.AspNetCore")
                .AddOtlpExporter(traces.Apply)
                .Build();
        }
    }

    /// <summary>Sends logs by OTLP, if the settings say so.</summary>
    /// <param name="logging">The log.</param>
    /// <param name="configuration">Environment and command line.</param>
    public static void AddLogs(ILoggingBuilder logging, IConfiguration configuration)
    {
        var logs = OtelSignal.Read("LOGS", configuration);
        if (!logs.Enabled || IsDisabled(configuration))
            return;
        logging.AddOpenTelemetry(options =>
        {
            options.IncludeFormattedMessage = true;
            options.SetResourceBuilder(Resource(configuration));
            options.AddOtlpExporter(logs.Apply);
        });
    }

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _tracer?.Dispose();
        _meters?.Dispose();
    }

    // The SDK looks for this one in the process environment only; it counts on the command line like the others.
    private static bool IsDisabled(IConfiguration configuration) => "true".Equals(configuration["OTEL_SDK_DISABLED"], StringComparison.OrdinalIgnoreCase);

    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, so that they win.
    private static ResourceBuilder Resource(IConfiguration configuration)
    {
        string version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3) ?? "";
        var builder = ResourceBuilder.CreateEmpty().AddService("lstm", serviceVersion: version).AddTelemetrySdk().AddEnvironmentVariableDetector();
        // The detector reads the process environment only; the same settings count on the command line.
        return configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name
            ? builder.AddAttributes([new("service.name", name)])
            : builder;
    }
}
