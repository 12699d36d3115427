using System.Net;
using System.Net.Sockets;
using Lstm.Service.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lstm.Service.Hosting;

/// <summary>The two addresses that the service listens on, and their real ports once it does.</summary>
/// <param name="options">Address and ports.</param>
internal sealed class Endpoints(ServerOptions options)
{
    private ListenOptions? _http;
    private ListenOptions? _grpc;

    /// <summary>The port of REST, gRPC-Web, Swagger UI, metrics and health; real once the service listens.</summary>
    public int HttpPort => (_http?.EndPoint as IPEndPoint)?.Port ?? options.HttpPort;

    /// <summary>The port of gRPC; real once the service listens.</summary>
    public int GrpcPort => (_grpc?.EndPoint as IPEndPoint)?.Port ?? options.GrpcPort;

    /// <summary>The HTTP address, for people.</summary>
    public string HttpAddress => $"http://{Host(options.HttpPort)}:{HttpPort}";

    /// <summary>The gRPC address, for people.</summary>
    public string GrpcAddress => $"http://{Host(options.GrpcPort)}:{GrpcPort}";

    private string Host(int port) =>
        options.Address == "localhost" && port == 0 ? "127.0.0.1"
        : IPAddress.TryParse(options.Address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]"
        : options.Address;

    /// <summary>Whether a text can be listened on.</summary>
    /// <param name="address">The option's value.</param>
    /// <returns>True for localhost, * and IP addresses.</returns>
    public static bool IsAddress(string address) => address is "localhost" or "*" || IPAddress.TryParse(address, out _);

    /// <summary>Tells Kestrel where to listen and what its limits are.</summary>
    /// <param name="kestrel">Kestrel's options.</param>
    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // Bodies are limited where they are read: JSON by Server:MaxBodyBytes, gRPC messages by Grpc:MaxMessageBytes.
        // A gRPC stream as a whole has no size limit: it may live for months.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.Http2.MaxStreamsPerConnection = options.MaxStreamsPerConnection;
        // A session's stream may rightly be silent for hours; that its peer lives is for pings to find out.
        kestrel.Limits.KeepAliveTimeout = options.IdleConnectionTimeout;
        kestrel.Limits.Http2.KeepAlivePingDelay = options.KeepAlivePingDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = options.KeepAlivePingTimeout;
        // Without TLS there is no negotiation, so each port speaks one protocol.
        Listen(kestrel, options.HttpPort, o => (_http, o.Protocols) = (o, HttpProtocols.Http1));
        Listen(kestrel, options.GrpcPort, o => (_grpc, o.Protocols) = (o, HttpProtocols.Http2));
    }

    private void Listen(KestrelServerOptions kestrel, int port, Action<ListenOptions> configure)
    {
        if (options.Address == "*")
            kestrel.ListenAnyIP(port, configure);
        else if (options.Address != "localhost")
            kestrel.Listen(IPAddress.Parse(options.Address), port, configure);
        else if (port == 0)
            kestrel.Listen(IPAddress.Loopback, port, configure); // Two loopback addresses cannot share one free port.
        else
            kestrel.ListenLocalhost(port, configure);
    }
}
