using System.Collections.Concurrent;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The way to one server over HTTP/2: without TLS for "http", with TLS for "https". Make one and keep it; all calls share its connections.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly ConcurrentDictionary<string, Uri> _methodAddresses = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _disposing = new();
    private readonly HttpMessageInvoker _http;
    private readonly bool _ownsHttp;
    private readonly Uri _address;
    private bool _disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        _address = address;
        Options = options;
        (_http, _ownsHttp) = ChannelTransport.Create(options);
        Disposing = _disposing.Token;
    }

    internal GrpcChannelOptions Options { get; }

    /// <summary>Cancelled when the channel is disposed.</summary>
    internal CancellationToken Disposing { get; }

    internal bool IsSecure => _address.Scheme == Uri.UriSchemeHttps;

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">The address, for instance "http://localhost:8001".</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">The address, for instance "http://localhost:8001".</param>
    /// <param name="channelOptions">Options of the channel.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">The address, for instance "http://localhost:8001".</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">The address, for instance "http://localhost:8001".</param>
    /// <param name="channelOptions">Options of the channel.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        ChannelTransport.Check(address, channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new ChannelCallInvoker(this);
    }

    /// <summary>Cancels the calls that run and closes the connections.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _disposing.Cancel();
        _disposing.Dispose();
        if (_ownsHttp)
            _http.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    internal Uri AddressOf(IMethod method) => _methodAddresses.GetOrAdd(method.FullName, static (path, address) => new Uri(address, path), _address);

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        // As an HttpMessageInvoker, an HttpClient would read the whole body before it returns.
        return _http is HttpClient client
            ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            : _http.SendAsync(request, cancellationToken);
    }
}
