using System.Diagnostics;
using System.Text.Json;
using Lstm.Service.Observability;
using Lstm.Service.Tests.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lstm.Service.Tests;

/// <summary>OpenTelemetry by its standard settings, into a real receiver; and the structured log.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Otlp_WithAnEndpoint_ReceivesSpansMetricsAndLogs()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var service = await RunningService.StartAsync(
            "--OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Address, "--OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "--OTEL_BSP_SCHEDULE_DELAY", "50",
            "--OTEL_BLRP_SCHEDULE_DELAY", "50", "--OTEL_METRIC_EXPORT_INTERVAL", "100", "--OTEL_SERVICE_NAME", "my-service", "--Logging:LogLevel:Lstm", "Debug");
        await service.OpenAsync(id: "traced");
        await service.Grpc.StepAsync(new() { SessionId = "traced", X = { TestModels.X() } });
        await service.SendAsync("GET", "/v1/sessions/traced");
        await service.SendAsync("GET", "/v1/sessions/nobody");
        using (var stream = service.Grpc.Stream())
        {
            await stream.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, SessionId = "streamed", Model = "nyc-taxi" } });
            await stream.ResponseStream.MoveNext(default);
            await stream.RequestStream.CompleteAsync();
            Assert.False(await stream.ResponseStream.MoveNext(default));
        }

        await Expect(receiver, "traces",
            "lstm.v1.Inference/Step", "lstm.v1.Inference/Stream", "GET /v1/sessions/{id}", "rpc.system", "rpc.grpc.status_code", "lstm.session", "traced", "streamed",
            "lstm.model", "nyc-taxi", "lstm.steps", "lstm.sessions", "http.route", "my-service");
        await Expect(receiver, "metrics", "lstm.steps", "lstm.step.duration", "lstm.batch.width", "lstm.sessions", "http.server.request.duration", "{step}", "my-service");
        await Expect(receiver, "logs", "SESSION_NOT_FOUND", "my-service");
    }

    [Fact]
    public async Task Otlp_ForTracesAlone_SendsNoMetrics()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using (var service = await RunningService.StartAsync(
            "--OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{receiver.Address}/v1/traces", "--OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf", "--OTEL_BSP_SCHEDULE_DELAY", "50"))
        {
            await service.SendAsync("GET", "/v1/models");
            await Expect(receiver, "traces", "GET /v1/models");
        }

        Assert.Equal("", receiver.Received("metrics"));
    }

    [Fact]
    public async Task Otlp_SwitchedOffByName_SendsNothing()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using (var service = await RunningService.StartAsync(
            "--OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Address, "--OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
            "--OTEL_TRACES_EXPORTER", "none", "--OTEL_METRICS_EXPORTER", "none", "--OTEL_LOGS_EXPORTER", "none"))
            await service.SendAsync("GET", "/v1/models");

        Assert.Equal(("", "", ""), (receiver.Received("traces"), receiver.Received("metrics"), receiver.Received("logs")));
    }

    [Fact]
    public async Task Sdk_Disabled_LeavesTheServiceWorkingWithoutMetrics()
    {
        await using var service = await RunningService.StartAsync("--OTEL_SDK_DISABLED", "true");
        var (status, problem) = await service.SendAsync("GET", "/metrics");
        Assert.Equal((404, "There are no metrics: OTEL_SDK_DISABLED is set."), (status, problem.GetProperty("detail").GetString()));
        await service.Grpc.StepAsync(new() { SessionId = await service.OpenAsync(), X = { TestModels.X() } });
    }

    [Fact]
    public void JsonLog_OfAnEvent_IsOneLineWithTraceIdAndFields()
    {
        using var span = new Activity("test").Start();
        using var writer = new StringWriter();
        var failure = new InvalidOperationException("first\nsecond");
        var fields = new List<KeyValuePair<string, object?>> { new("Count", 3), new("{OriginalFormat}", "{Count} sessions") };
        var entry = new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(LogLevel.Warning, "Lstm.Test", new(5, "Happened"), fields, failure, static (_, _) => "3 \"sessions\"");

        new JsonLineFormatter().Write(entry, null, writer);

        string line = Assert.Single(writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal(
            ("Warning", "Lstm.Test", "Happened", "3 \"sessions\"", span.TraceId.ToHexString(), span.SpanId.ToHexString(), "3"),
            (Text(json, "level"), Text(json, "category"), Text(json, "event"), Text(json, "message"), Text(json, "trace_id"), Text(json, "span_id"), Text(json.GetProperty("fields"), "Count")));
        Assert.Contains("first\nsecond", Text(json, "exception"), StringComparison.Ordinal);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static async Task Expect(OtlpReceiver receiver, string signal, params string[] texts)
    {
        foreach (string text in texts)
            await Wait.UntilAsync(() => Task.FromResult(receiver.Received(signal).Contains(text, StringComparison.Ordinal)), $"{signal} hold '{text}'");
    }
}
