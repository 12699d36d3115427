using System.ComponentModel.DataAnnotations;

namespace Lstm.Service.Options;

/// <summary>Where the service listens and how it starts and stops: section Lstm:Server.</summary>
internal sealed class ServerOptions
{
    /// <summary>localhost, * (every interface) or an IP address.</summary>
    [Required]
    public string Address { get; set; } = "localhost";

    /// <summary>HTTP/1.1: REST, gRPC-Web, Swagger UI, metrics, health. 0: any free port.</summary>
    [Range(0, 65535)]
    public int HttpPort { get; set; } = 8000;

    /// <summary>gRPC over HTTP/2 without TLS. 0: any free port.</summary>
    [Range(0, 65535)]
    public int GrpcPort { get; set; } = 8001;

    /// <summary>When set, a JSON file with http_port, grpc_port and pid is written there once the service is ready.</summary>
    public string ReadyFile { get; set; } = "";

    /// <summary>The largest body of an HTTP request, in bytes.</summary>
    [Range(1024, 1 << 30)]
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>Connections at the same time, of all kinds together; one more is closed as soon as it is opened.</summary>
    [Range(1, 10_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Streams and calls at the same time on one HTTP/2 connection. Twice as many may be under way while their client resets them.</summary>
    [Range(1, 1_000_000)]
    public int MaxStreamsPerConnection { get; set; } = 1000;

    /// <summary>A connection without a request for this time is closed. One with a stream that is silent is not: its peer is pinged.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan IdleConnectionTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>A silent HTTP/2 connection is pinged after this time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A connection whose peer does not answer a ping for this time is closed, and its streams end.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a stopping service waits for calls to end.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
