namespace Grpc.Net.Client;

/// <summary>Makes what a channel sends its requests with, from its options.</summary>
internal static class ChannelTransport
{
    /// <summary>Refuses options that contradict each other or the address.</summary>
    public static void Check(Uri address, GrpcChannelOptions options)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"Expected an address with http or https, for instance \"http://localhost:8001\", but found \"{address}\".", nameof(address));
        if (options.HttpClient is not null && options.HttpHandler is not null)
            throw new ArgumentException("Both HttpClient and HttpHandler are set: set one of them.", nameof(options));
        if (options.Credentials is not { } credentials)
            return;
        bool secure = address.Scheme == Uri.UriSchemeHttps;
        if (credentials.IsSecure != secure)
            throw new InvalidOperationException($"The credentials {(credentials.IsSecure ? "need https" : "are for http")}, but the address is \"{address}\": change one of them.");
        if (credentials.CallCredentials is not null && !secure && !options.UnsafeUseInsecureChannelCallCredentials)
            throw InsecureCredentials();
    }

    public static InvalidOperationException InsecureCredentials() =>
        new("Call credentials would travel unencrypted: use https, or set UnsafeUseInsecureChannelCallCredentials.");

    public static (HttpMessageInvoker Http, bool Owned) Create(GrpcChannelOptions options)
    {
        if (options.HttpClient is { } client)
            return (client, options.DisposeHttpClient);
        if (options.HttpHandler is { } handler)
            return (new HttpMessageInvoker(handler, options.DisposeHttpClient), options.DisposeHttpClient);
        return (new HttpMessageInvoker(DefaultHandler()), true);
    }

    private static SocketsHttpHandler DefaultHandler() => new()
    {
        // A server takes about 100 streams per connection; with more calls than that, more connections.
        EnableMultipleHttp2Connections = true,
        AllowAutoRedirect = false,
        UseCookies = false,
    };
}
