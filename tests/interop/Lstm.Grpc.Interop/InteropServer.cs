using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lstm.Grpc.Interop;

/// <summary>A Kestrel on the loopback that serves <see cref="InteropService"/>.</summary>
internal sealed class InteropServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private InteropServer(WebApplication application) => _application = application;

    /// <summary>For instance "https://127.0.0.1:8080".</summary>
    public string Address => _application.Urls.First();

    /// <summary>Starts a server.</summary>
    /// <param name="port">The port; 0: a free one.</param>
    /// <param name="certificate">The certificate with its key; null: HTTP/2 in clear.</param>
    /// <param name="compression">The encoding of responses whose request asks for it: "gzip" or "deflate".</param>
    /// <param name="logging">Where the server logs.</param>
    /// <returns>The server, ready for calls.</returns>
    public static async Task<InteropServer> StartAsync(int port, X509Certificate2? certificate, string compression, Action<ILoggingBuilder> logging)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        // Calls that a client has left open do not hold up the end.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.AddGrpc(options => options.ResponseCompressionAlgorithm = compression);
        var application = builder.Build();
        application.Use(RequestWatcher.WatchAsync);
        application.MapGrpcService<InteropService>();
        await application.StartAsync();
        return new InteropServer(application);
    }

    /// <summary>Returns when the process is asked to stop.</summary>
    public Task WaitForStopAsync(CancellationToken stop) => _application.WaitForShutdownAsync(stop);

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
