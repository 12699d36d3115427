using System.Diagnostics;
using System.Text.Json;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Options;

namespace Lstm.Service.Hosting;

/// <summary>Loads the models as soon as the service listens; once they are loaded, logs where it listens and writes the ready file.</summary>
internal sealed class StartReport(ModelCatalog models, Endpoints endpoints, Readiness readiness, ServerOptions options, ILogger<StartReport> log)
    : IHostedLifecycleService
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.ReadyFile.Length > 0)
            File.Delete(options.ReadyFile); // One from an earlier run would be read as ours.
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Away from the thread that starts the service, which goes on to listen for signals.
            await Task.Run(() => models.LoadAsync(readiness.Stopping), CancellationToken.None);
        }
        catch (OperationCanceledException) when (readiness.Stopping.IsCancellationRequested)
        {
            return; // It stops before it was ready.
        }
        readiness.Started();
        log.Ready(endpoints.HttpAddress, endpoints.GrpcAddress, models.Served.Count(), models.All.Count, Stopwatch.GetElapsedTime(_started).TotalMilliseconds);
        if (options.ReadyFile.Length == 0)
            return;
        string draft = $"{options.ReadyFile}.{Environment.ProcessId}.tmp";
        var facts = new Dictionary<string, int> { ["http_port"] = endpoints.HttpPort, ["grpc_port"] = endpoints.GrpcPort, ["pid"] = Environment.ProcessId };
        await File.WriteAllTextAsync(draft, JsonSerializer.Serialize(facts), cancellationToken);
        File.Move(draft, options.ReadyFile, overwrite: true); // At once: a reader sees all of it or nothing.
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (options.ReadyFile.Length > 0)
            File.Delete(options.ReadyFile);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
