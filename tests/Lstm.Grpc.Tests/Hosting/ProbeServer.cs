using System.Net;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>A real Kestrel on a free port of the loopback, serving <see cref="ProbeService"/> over HTTP/2 without TLS.</summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ProbeServer(WebApplication application, ProbeLog log, ErrorLog errors)
    {
        _application = application;
        Log = log;
        Errors = errors;
    }

    public ProbeLog Log { get; }

    public ErrorLog Errors { get; }

    public string Address => _application.Urls.First();

    public IServiceProvider Services => _application.Services;

    public static async Task<ProbeServer> StartAsync(
        Action<GrpcServiceOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? endpoints = null,
        HttpProtocols protocols = HttpProtocols.Http2)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(options ?? (_ => { }));
        services?.Invoke(builder.Services);
        var log = new ProbeLog();
        var errors = new ErrorLog();
        builder.Services.AddSingleton(log);
        builder.Logging.AddProvider(errors);
        var application = builder.Build();
        application.MapGrpcService<ProbeService>();
        endpoints?.Invoke(application);
        await application.StartAsync();
        return new ProbeServer(application, log, errors);
    }

    /// <summary>Begins to stop as a host does: calls get its shutdown time.</summary>
    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Log.Release();
        await _application.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(1)).Token);
        await _application.DisposeAsync();
    }
}
