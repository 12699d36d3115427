using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lstm.Grpc.Services.Tests.Hosting;

/// <summary>A real Kestrel on a free port of the loopback, and a channel to it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TestServer(WebApplication application)
    {
        _application = application;
        Channel = GrpcChannel.ForAddress(application.Urls.First());
    }

    public GrpcChannel Channel { get; }

    public IServiceProvider Services => _application.Services;

    /// <summary>Starts a server. One that is told to stop waits longer for its calls than any test does.</summary>
    public static async Task<TestServer> StartAsync(Action<IServiceCollection> services, Action<WebApplication> endpoints, TimeSpan? shutdownTimeout = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = shutdownTimeout ?? TimeSpan.FromMinutes(10));
        builder.Services.AddGrpc();
        services(builder.Services);
        var application = builder.Build();
        endpoints(application);
        await application.StartAsync();
        return new TestServer(application);
    }

    public Task StopAsync() => _application.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await StopAsync();
        await _application.DisposeAsync();
    }
}
