using System.IO.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>Options of gRPC services: of all of them, or of one (<see cref="GrpcServiceOptions{TService}"/>).</summary>
public class GrpcServiceOptions
{
    internal const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    private int? _maxReceiveMessageSize;

    /// <summary>The largest message that is sent, in bytes; null: no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The largest message that is accepted, in bytes, also after inflating; null: no limit. By default 4 MiB.</summary>
    public int? MaxReceiveMessageSize
    {
        get => _maxReceiveMessageSize;
        set
        {
            _maxReceiveMessageSize = value;
            MaxReceiveMessageSizeSpecified = true;
        }
    }

    /// <summary>Whether the text of unexpected exceptions is sent to the caller. By default not: it may tell what strangers should not know.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>The encoding of responses to clients that accept it: "gzip" or "deflate"; null: none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>How hard responses are compressed; null: <see cref="CompressionLevel.Fastest"/>.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>Whether requests for unknown services go on to other endpoints instead of ending with UNIMPLEMENTED.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>What sees the calls before their handlers, in this order.</summary>
    public InterceptorCollection Interceptors { get; } = [];

    // Null means "no limit" for the size, so whether it was set is a second fact.
    internal bool MaxReceiveMessageSizeSpecified { get; private set; }
}
