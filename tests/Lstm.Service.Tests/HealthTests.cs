using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>What tells operators and containers how the service is, from start to stop.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Ready_WithUsableModels_NamesEveryModelAndItsFaults()
    {
        await using var service = await RunningService.StartAsync();

        var (live, _) = await service.SendAsync("GET", "/healthz/live");
        var (ready, body) = await service.SendAsync("GET", "/healthz/ready");

        Assert.Equal((200, 200), (live, ready));
        Assert.Equal("ready", body.GetProperty("status").GetString());
        Assert.Equal(
            ["broken:failed", "char-lm:ready", "first:ready", "nyc-taxi:ready", "second:ready", "twin:failed"],
            body.GetProperty("models").EnumerateArray().Select(static m => $"{m.GetProperty("name")}:{m.GetProperty("status")}"));
        Assert.NotEmpty(body.GetProperty("models")[0].GetProperty("faults").EnumerateArray());
    }

    [Fact]
    public async Task Ready_WithoutUsableModel_IsUnavailableButAlive()
    {
        string empty = Directory.CreateTempSubdirectory("lstm-").FullName;
        await using var service = await RunningService.StartAsync("--models", empty);

        var (live, _) = await service.SendAsync("GET", "/healthz/live");
        var (ready, body) = await service.SendAsync("GET", "/healthz/ready");
        var (_, problem) = await service.SendAsync("POST", "/v1/sessions", """{"model": "any"}""");

        Assert.Equal((200, 503), (live, ready));
        Assert.Equal("no_usable_model", body.GetProperty("status").GetString());
        Assert.Equal($"There is no model 'any'. There are none in '{empty}'.", problem.GetProperty("detail").GetString());
        Directory.Delete(empty);
    }

    [Fact]
    public async Task Process_FromStartToSigterm_WritesItsPortsTellsItsStreamsAndExitsWithZero()
    {
        string folder = Directory.CreateTempSubdirectory("lstm-").FullName;
        string readyFile = Path.Combine(folder, "ready.json");
        using var process = Start("--http-port", "0", "--grpc-port", "0", "--models", TestModels.Directory, "--ready-file", readyFile, "--log-format", "json");
        try
        {
            await Wait.UntilAsync(() => Task.FromResult(process.HasExited || File.Exists(readyFile)), "the service is ready");
            var ready = JsonDocument.Parse(await File.ReadAllTextAsync(readyFile)).RootElement;
            Assert.Equal(process.Id, ready.GetProperty("pid").GetInt32());
            string http = $"http://localhost:{ready.GetProperty("http_port").GetInt32()}";
            using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{ready.GetProperty("grpc_port").GetInt32()}");
            using var stream = new Inference.InferenceClient(channel).Stream();
            await stream.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, Model = "nyc-taxi" } });
            Assert.True(await stream.ResponseStream.MoveNext(default));
            Assert.Equal(0, await RunAsync("--health-check", $"{http}/healthz/ready"));
            Assert.Equal(1, await RunAsync("--health-check", "http://localhost:1/healthz/ready"));

            using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
                await kill.WaitForExitAsync();
            var refusal = await GrpcRefusal.OfAsync(() => stream.ResponseStream.MoveNext(default));
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

            Assert.Equal((StatusCode.Unavailable, "SHUTTING_DOWN"), (refusal.Code, refusal.Info.Reason));
            Assert.Equal(0, process.ExitCode);
            Assert.False(File.Exists(readyFile));
            var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement).ToList();
            Assert.Contains(lines, static l => l.GetProperty("event").GetString() == "Ready");
            Assert.Contains(lines, static l => l.GetProperty("message").GetString() == "1 sessions end with the process: their states are in memory only.");
            Assert.DoesNotContain(lines, static l => l.GetProperty("level").GetString() is "Error" or "Critical");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Process_WithAWrongOption_SaysSoAndExitsWithOne()
    {
        using var process = Start("--http-prot", "0");
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("Cannot start: '--http-prot' is not known; --help lists what is.", error, StringComparison.Ordinal);
    }

    private static async Task<int> RunAsync(params string[] args)
    {
        using var process = Start(args);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static Process Start(params string[] args)
    {
        string service = Path.Combine(AppContext.BaseDirectory, "Lstm.Service.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [service, .. args]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException("dotnet did not start.");
    }
}
