using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Service;
using Lstm.Cli.Bench.Service.Load;
using Lstm.Cli.Hosting;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>A server for each wanted transport, in a process of its own: the runtime compiles it for that transport alone, as for whoever uses only that.</summary>
internal sealed class GrpcServers : IAsyncDisposable
{
    private const string Model = "lstm-16"; // As many inputs as a row has.

    private readonly Dictionary<Transport, ServiceProcess> _transports = [];
    private BenchServer? _service;
    private BenchModels? _models;

    private GrpcServers()
    {
    }

    /// <summary>Starts them.</summary>
    /// <param name="settings">What is wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The servers, ready.</returns>
    /// <exception cref="CommandFailedException">One did not start.</exception>
    public static async Task<GrpcServers> StartAsync(GrpcSettings settings, CancellationToken cancellation)
    {
        var servers = new GrpcServers();
        try
        {
            foreach (Transport transport in settings.Transports.Where(static t => t.Service is not null))
            {
                string program = transport.OnPackages ? Installation.TransportOnPackages ?? throw NotBuilt() : Installation.Transport;
                servers._transports.Add(transport, await ServiceProcess.StartAsync(program, null, cancellation));
            }

            LoadShape[] shapes = [.. settings.Loads.Select(static load => load.ForService).OfType<LoadShape>()];
            if (settings.Transports.Contains(Transport.Whole) && shapes.Length > 0)
            {
                servers._models = new BenchModels([Model]);
                servers._service = await BenchServer.StartAsync(BenchServer.Ours, servers._models, shapes, cancellation);
            }

            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a load on a transport.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="load">The load.</param>
    /// <param name="counted">How long.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <returns>What came out; null: this transport does not know this load.</returns>
    /// <exception cref="CommandFailedException">The server refused, ended or answered wrongly.</exception>
    public async Task<GrpcFigures?> RunAsync(Transport transport, EchoLoad load, TimeSpan counted, CancellationToken cancellation)
    {
        ServiceProcess? server = _transports.GetValueOrDefault(transport);
        try
        {
            if (transport.Service is { } name)
                return await EchoRun.RunAsync(new Uri(server!.GrpcAddress), server.Id, load, name, counted, cancellation); // Started above.
            if (load.ForService is not { } shape)
                return null;
            LoadFigures run = await _service!.RunAsync(shape, Model, _models!, counted, cancellation); // Started above.
            return GrpcFigures.From(new Reading(run.Seconds, run.Messages, run.ServerCpuSeconds, run.ClientCpuSeconds, null), run.Latency);
        }
        catch (LoadException fault)
        {
            throw new CommandFailedException($"{transport.Name}, {load}: {fault.Message}{Environment.NewLine}The end of its log:{Environment.NewLine}{server?.LastLogLines(10)}", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (ServiceProcess server in _transports.Values)
            await server.DisposeAsync();
        if (_service is not null)
            await _service.DisposeAsync();
        _models?.Dispose();
    }

    private static CommandFailedException NotBuilt() =>
        new("Expected a server on the official packages but it is not built: dotnet build benchmarks/Lstm.Transport -c Release -p:UseGrpcPackages=true");
}
