using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Options of a <see cref="GrpcChannel"/>.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>How the connections are secured; null: by the scheme of the address.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>The largest message that is sent, in bytes; null: no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The largest message that is accepted, in bytes, also after inflating; null: no limit. By default 4 MiB.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>The client to use; not together with <see cref="HttpHandler"/>. Null: the channel makes its own.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The handler to use; not together with <see cref="HttpClient"/>. Null: the channel makes its own.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether disposing the channel also disposes <see cref="HttpClient"/> or <see cref="HttpHandler"/>; a client of the channel's own is always disposed.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Whether a cancelled call throws <see cref="OperationCanceledException"/> instead of <see cref="RpcException"/> with CANCELLED.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>Whether call credentials may travel without TLS.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }
}
