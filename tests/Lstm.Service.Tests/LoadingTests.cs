using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Lstm.Service.Hosting;
using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Lstm.Service.Tests;

/// <summary>A model that takes its time, or never ends, holds up nobody: not its siblings, not the ports, not the end of the service.</summary>
public sealed class LoadingTests : IDisposable
{
    private const string Limit =
        "Loading took longer than 2 s and was stopped in ONNX Runtime: that is the limit of time for one model. If the model is meant to take so long, raise "
        + "Lstm:Models:MaxLoadTime of the service, --max-load-time of the command line or LoadLimits.MaxTime.";

    // A stop takes tenths of a second; the machine may be busy.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-loading-").FullName;

    public LoadingTests()
    {
        Add("endless", "tests", "data", "found", "12-endless-loop", "model.onnx");
        Add("nyc-taxi", "models", "nyc-taxi", "model.onnx");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Start_WithALoopWithoutEnd_ListensAtOnceAndServesTheSiblings()
    {
        await using var app = ServiceHost.Build(["--http-port", "0", "--grpc-port", "0", "--models", _folder, "--Lstm:Models:MaxLoadTime", "01:00:00", "--Logging:LogLevel:Default", "None"]);
        var starting = app.StartAsync();
        var endpoints = app.Services.GetRequiredService<Endpoints>();
        await Wait.UntilAsync(() => Task.FromResult(endpoints.HttpPort > 0), "the service listens");
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{endpoints.HttpPort}") };
        await Wait.UntilAsync(async () => (await http.GetAsync("/v1/models/nyc-taxi")).IsSuccessStatusCode, "nyc-taxi is loaded");

        var health = await http.GetAsync("/healthz/ready");
        var body = await health.Content.ReadFromJsonAsync<JsonElement>();
        var refusal = await http.GetAsync("/v1/models/endless");
        var problem = await refusal.Content.ReadFromJsonAsync<JsonElement>();
        string metrics = await http.GetStringAsync("/metrics");

        Assert.False(starting.IsCompleted);
        Assert.Equal((503, "loading"), ((int)health.StatusCode, body.GetProperty("status").GetString()));
        Assert.Equal(
            ["endless:loading", "nyc-taxi:ready"], body.GetProperty("models").EnumerateArray().Select(static m => $"{m.GetProperty("name")}:{m.GetProperty("status")}"));
        Assert.Equal((503, "MODEL_LOADING"), ((int)refusal.StatusCode, problem.GetProperty("reason").GetString()));
        Assert.Equal("Model 'endless' is still being loaded. Available: nyc-taxi.", problem.GetProperty("detail").GetString());
        Assert.Contains("lstm_models{lstm_status=\"loading\"} 1\n", metrics, StringComparison.Ordinal);
        await app.StopAsync().WaitAsync(Soon);
    }

    [Fact]
    public async Task Start_WithALoopWithoutEnd_RefusesItAfterTheLimit()
    {
        await using var service = await RunningService.StartAsync("--models", _folder, "--Lstm:Models:MaxLoadTime", "00:00:02");

        var (status, health) = await service.SendAsync("GET", "/healthz/ready");
        var (refused, problem) = await service.SendAsync("POST", "/v1/models/endless:predict", """{"sequences": [{"x": [[1, 2, 3]]}]}""");

        Assert.Equal((200, "ready"), (status, health.GetProperty("status").GetString()));
        var endless = health.GetProperty("models")[0];
        Assert.Equal(("endless", "failed"), (endless.GetProperty("name").GetString(), endless.GetProperty("status").GetString()));
        Assert.Equal(Limit, endless.GetProperty("faults").EnumerateArray().Last().GetString());
        Assert.Equal((409, "MODEL_LOAD_FAILED"), (refused, problem.GetProperty("reason").GetString()));
        Assert.NotEmpty(await service.OpenAsync("nyc-taxi"));
    }

    [Theory]
    [InlineData("TERM", 0)]
    [InlineData("KILL", 128 + 9)]
    public async Task Process_ThatLoadsALoopWithoutEnd_EndsAtOnceWithItsChild(string signal, int exitCode)
    {
        string service = Path.Combine(AppContext.BaseDirectory, "Lstm.Service.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [service, "--http-port", "0", "--grpc-port", "0", "--models", _folder]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("dotnet did not start.");
        int[] children = [];
        try
        {
            await Wait.UntilAsync(() => Task.FromResult((children = ChildrenOf(process)).Length > 0), "the file is tried");
            using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
                await kill.WaitForExitAsync();

            await process.WaitForExitAsync().WaitAsync(Soon);

            Assert.Equal(exitCode, process.ExitCode);
            await Wait.UntilAsync(() => Task.FromResult(!children.Any(static id => File.Exists($"/proc/{id}/exe"))), "the process that tried the file has ended");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Log_OfAModelInOnnxRuntime_SaysWhatDoesNotHold()
    {
        Directory.Delete(Path.Combine(_folder, "endless"), recursive: true);
        Add("other", "models", "char-lm", "model.onnx");
        await File.WriteAllTextAsync(Path.Combine(_folder, "other", "model.json"), """{ "backend": "onnxruntime" }""");
        string service = Path.Combine(AppContext.BaseDirectory, "Lstm.Service.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [
            service, "--http-port", "0", "--grpc-port", "0", "--models", _folder, "--log-format", "json"]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("dotnet did not start.");
        try
        {
            string? message = null;
            while (message is null && await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
            {
                var entry = JsonDocument.Parse(line).RootElement;
                message = entry.GetProperty("event").GetString() == "ModelNotInvariant" ? entry.GetProperty("message").GetString() : null;
            }

            Assert.Equal(
                "Model other: It runs in ONNX Runtime, so the last bits of a step may depend on the machine: batch invariance, which the native engine promises, does not hold. "
                + "It was asked for by the option backend.",
                message);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static int[] ChildrenOf(Process process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process.Id}/task")
                .SelectMany(static task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse)];
        }
        catch (IOException)
        {
            return []; // A thread has just ended.
        }
    }

    private void Add(string name, params string[] file)
    {
        Directory.CreateDirectory(Path.Combine(_folder, name));
        File.Copy(Repository.Path(file), Path.Combine(_folder, name, "model.onnx"));
    }
}
