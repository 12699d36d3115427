using OpenTelemetry.Exporter;

namespace Lstm.Service.Observability;

/// <summary>Whether and where one signal (traces, metrics, logs) is sent, by the standard OTEL_* settings.</summary>
/// <param name="Enabled">Whether it is sent by OTLP.</param>
/// <param name="Endpoint">OTEL_EXPORTER_OTLP_{SIGNAL}_ENDPOINT, or null: the common settings hold.</param>
/// <param name="Protocol">OTEL_EXPORTER_OTLP_{SIGNAL}_PROTOCOL, or null.</param>
/// <param name="Headers">OTEL_EXPORTER_OTLP_{SIGNAL}_HEADERS, or null.</param>
internal sealed record OtelSignal(bool Enabled, Uri? Endpoint, OtlpExportProtocol? Protocol, string? Headers)
{
    /// <summary>Reads the settings of one signal. It is sent when an endpoint is set, or when OTEL_{SIGNAL}_EXPORTER says otlp.</summary>
    /// <param name="signal">TRACES, METRICS or LOGS.</param>
    /// <param name="configuration">Environment and command line.</param>
    /// <returns>What they say.</returns>
    /// <exception cref="Options.OptionsException">A setting has a value that is not honoured.</exception>
    public static OtelSignal Read(string signal, IConfiguration configuration)
    {
        string? Get(string name) => configuration[name] is { Length: > 0 } value ? value : null;
        string? endpoint = Get($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
        bool enabled = Get($"OTEL_{signal}_EXPORTER") switch
        {
            null => endpoint is not null || Get("OTEL_EXPORTER_OTLP_ENDPOINT") is not null,
            "otlp" => true,
            "none" => false,
            var other => throw new Options.OptionsException([$"OTEL_{signal}_EXPORTER is '{other}'. Expected otlp or none; Prometheus reads /metrics in any case."]),
        };
        Uri? address = null;
        if (endpoint is not null && !Uri.TryCreate(endpoint, UriKind.Absolute, out address))
            throw new Options.OptionsException([$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT is '{endpoint}', which is not a URL."]);
        return new(enabled, address, ReadProtocol(signal, Get($"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL")), Get($"OTEL_EXPORTER_OTLP_{signal}_HEADERS"));
    }

    /// <summary>Applies what is set for this signal alone; the exporter reads the common settings itself.</summary>
    /// <param name="options">The exporter's options.</param>
    public void Apply(OtlpExporterOptions options)
    {
        options.Protocol = Protocol ?? options.Protocol;
        options.Headers = Headers ?? options.Headers;
        if (Endpoint is not null)
            options.Endpoint = Endpoint;
    }

    private static OtlpExportProtocol? ReadProtocol(string signal, string? protocol) => protocol switch
    {
        null => null,
        "grpc" => OtlpExportProtocol.Grpc,
        "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
        _ => throw new Options.OptionsException([$"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL is '{protocol}'. Expected grpc or http/protobuf."]),
    };
}
