using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Lstm.Grpc.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lstm.Grpc.Tests.Web;

/// <summary>A server that speaks one version of HTTP and takes gRPC-Web, and a client that writes its requests by hand.</summary>
internal sealed class WebProbe : IAsyncDisposable
{
    public const string Binary = "application/grpc-web";
    public const string Text = "application/grpc-web-text";

    private readonly Version _version;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _http;
    private int _connections;

    private WebProbe(ProbeServer server, Version version)
    {
        (Server, _version) = (server, version);
        _handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                Interlocked.Increment(ref _connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        _http = new HttpMessageInvoker(_handler);
    }

    public ProbeServer Server { get; }

    /// <summary>Connections made so far.</summary>
    public int Connections => _connections;

    /// <summary>Starts a server for HTTP "1.1" or "2.0" where every service takes gRPC-Web, unless told otherwise.</summary>
    public static async Task<WebProbe> StartAsync(string version, Action<GrpcServiceOptions>? options = null, Action<WebApplication>? endpoints = null) => new(
        await ProbeServer.StartAsync(
            options,
            endpoints: endpoints ?? (app => app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true })),
            protocols: version == "1.1" ? HttpProtocols.Http1 : HttpProtocols.Http2),
        Version.Parse(version));

    /// <summary>The text of one piece: base64 with its padding.</summary>
    public static byte[] Encode(byte[] bytes) => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));

    /// <summary>Sends whole messages in the form of a content type and reads the response to its end.</summary>
    public Task<WebReply> CallAsync(string method, string contentType, IMessage message, Action<HttpRequestMessage>? change = null) =>
        CallAsync(method, contentType, new ByteArrayContent(Body(contentType, RawClient.Frame(message))), change);

    /// <summary>Sends a body as it is and reads the response to its end.</summary>
    public async Task<WebReply> CallAsync(string method, string contentType, HttpContent content, Action<HttpRequestMessage>? change = null)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await OpenAsync(method, contentType, content, change);
        return new WebReply(new RawResponse(response, await response.Content.ReadAsByteArrayAsync(timeout.Token)));
    }

    /// <summary>Sends a request and returns as soon as the head of the response is there.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string method, string contentType, HttpContent content, Action<HttpRequestMessage>? change = null)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{Server.Address}/lstm.grpc.tests.Probe/{method}"))
        {
            Version = _version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Add("x-grpc-web", "1");
        change?.Invoke(request);
        return await _http.SendAsync(request, timeout.Token);
    }

    public static byte[] Body(string contentType, byte[] frames) => contentType.StartsWith(Text, StringComparison.Ordinal) ? Encode(frames) : frames;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _handler.Dispose();
        await Server.DisposeAsync();
    }
}
