using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Lstm.Service.Observability;
using Lstm.Service.Tests.Hosting;
using Lstm.Service.Tests.Metrics;
using Lstm.Tests.Shared;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Lstm.Service.Tests;

/// <summary>/metrics, and the list of instruments.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_AfterSomeWork_CountIt()
    {
        await using var service = await RunningService.StartAsync();
        var before = await ReadAsync(service);
        string id = await service.OpenAsync();
        await service.Grpc.StepAsync(new() { SessionId = id, Step = 1, Count = 3, X = { Enumerable.Range(0, 3).SelectMany(TestModels.X) } });
        await service.Grpc.StepAsync(new() { SessionId = id, Step = 1, Count = 3, X = { Enumerable.Range(0, 3).SelectMany(TestModels.X) } });
        await GrpcRefusal.OfAsync(async () => await service.Grpc.StepAsync(new() { SessionId = id, Step = 9, X = { TestModels.X() } }));
        await service.SendAsync("GET", "/v1/sessions/nobody");
        using var stream = service.Grpc.Stream();
        await stream.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, Model = "char-lm" } });
        await stream.ResponseStream.MoveNext(default);
        await stream.RequestStream.WriteAsync(new() { Batch = new() { Handles = { 7, 8, 9 } } });
        await stream.ResponseStream.MoveNext(default);

        var after = await ReadAsync(service);

        double Change(string series) => after[series] - before.Samples.GetValueOrDefault(series);
        Assert.Equal(3, Change("lstm_steps_total{lstm_model=\"nyc-taxi\"}"));
        Assert.Equal(3, Change("lstm_steps_replayed_total{lstm_model=\"nyc-taxi\"}"));
        Assert.Equal(2, Change("lstm_step_duration_seconds_count{lstm_model=\"nyc-taxi\"}"));
        Assert.InRange(Change("lstm_batch_width_count{lstm_model=\"nyc-taxi\"}"), 1, 3);
        Assert.Equal(1, after["lstm_sessions{lstm_model=\"nyc-taxi\"}"]);
        Assert.Equal(1024, after["lstm_state_size_bytes{lstm_model=\"nyc-taxi\"}"]);
        Assert.Equal(1, Change("lstm_sessions_opened_total{lstm_how=\"created\",lstm_model=\"nyc-taxi\"}"));
        Assert.Equal(1, Change("lstm_refusals_total{lstm_face=\"grpc\",lstm_reason=\"STEP_GAP\"}"));
        Assert.Equal(3, Change("lstm_refusals_total{lstm_face=\"grpc\",lstm_reason=\"HANDLE_NOT_OPEN\"}"));
        Assert.Equal(1, Change("lstm_refusals_total{lstm_face=\"http\",lstm_reason=\"SESSION_NOT_FOUND\"}"));
        Assert.Equal(1, Change("lstm_streams"));
        Assert.Equal(1, Change("lstm_stream_handles"));
        Assert.Contains("http_server_request_duration_seconds", after.Types.Keys);
        Assert.Contains("dotnet_gc_collections_total", after.Types.Keys);
        Assert.Contains(after.Types.Keys, static k => k.StartsWith("kestrel_", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Metrics_OfOurs_PassPromtool()
    {
        await using var service = await RunningService.StartAsync();
        await service.Grpc.StepAsync(new() { SessionId = await service.OpenAsync(), X = { TestModels.X() } });
        string text = await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        PrometheusText.Parse(text);
        Skip.IfNot(File.Exists("/usr/bin/promtool"), "promtool is not installed (Debian's package prometheus).");

        // Its linter dislikes some names of .NET's own instruments, so it sees ours; the whole text goes through the parser above.
        string ours = string.Concat(text.Split('\n').Where(static l => l.StartsWith("lstm_", StringComparison.Ordinal) || l.Contains("E lstm_", StringComparison.Ordinal) || l.Contains("P lstm_", StringComparison.Ordinal)).Select(static l => $"{l}\n"));
        using var promtool = Process.Start(new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("promtool did not start.");
        await promtool.StandardInput.WriteAsync(ours);
        promtool.StandardInput.Close();
        string complaints = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.Equal("", complaints);
        Assert.Equal(0, promtool.ExitCode);
    }

    [Fact]
    public void Writer_WithAwkwardNamesAndValues_StaysWithinTheFormat()
    {
        using var meter = new Meter("Awkward");
        var exporter = new PrometheusExporter();
        using (Sdk.CreateMeterProviderBuilder().AddMeter("Awkward").AddReader(new BaseExportingMetricReader(exporter)).Build())
        {
            meter.CreateCounter<double>("a.b-c", "s", "Line one\nand a \\ backslash").Add(1.5, new("k", "quote \" backslash \\ newline \n"), new("k.x", 1), new("k_x", true), new("9", "nine"));
            meter.CreateUpDownCounter<long>("nine-lives").Add(-3);
            meter.CreateObservableGauge("ratio", static () => double.PositiveInfinity, "1");
            meter.CreateHistogram<long>("h", "By").Record(7);
            meter.CreateCounter<long>("rate", "By/s").Add(2);
            var text = PrometheusText.Parse(Encoding.UTF8.GetString(exporter.Scrape() ?? []));

            Assert.Equal(1.5, text["a_b_c_seconds_total{_9=\"nine\",k=\"quote \\\" backslash \\\\ newline \\n\",k_x=\"1;true\"}"]);
            Assert.Equal("Line one\\nand a \\\\ backslash", text.Helps["a_b_c_seconds_total"]);
            Assert.Equal(-3, text["nine_lives"]);
            Assert.Equal("gauge", text.Types["nine_lives"]);
            Assert.Equal(double.PositiveInfinity, text["ratio_ratio"]);
            Assert.Equal(7, text["h_bytes_sum"]);
            Assert.Equal(2, text["rate_bytes_per_second_total"]);
        }
    }

    [Fact]
    public void Instruments_AreDocumented()
    {
        string documentation = File.ReadAllText(Repository.Path("docs", "observability.md"));
        using var factory = new ListingMeterFactory();
        var listed = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == factory)
                listed.Add($"| `{instrument.Name}` | {instrument.GetType().Name.Split('`')[0]} | `{instrument.Unit}` | {instrument.Description} |");
        };
        listener.Start();
        new LstmMeter(factory).ObserveSessions(static () => [], static () => []);
        Assert.Equal(16, listed.Count);
        Assert.All(listed, line => Assert.Contains(line, documentation, StringComparison.Ordinal));
    }

    private static async Task<PrometheusText> ReadAsync(RunningService service)
    {
        using var response = await service.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return PrometheusText.Parse(await response.Content.ReadAsStringAsync());
    }

    private sealed class ListingMeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            return new Meter(options);
        }

        public void Dispose()
        {
        }
    }
}
