using System.Buffers;
using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;

namespace Lstm.Grpc.Tests.Web;

/// <summary>Calls from their head to their trailers: grpc/grpc doc/PROTOCOL-WEB.md, "Message framing"; the rest is as in PROTOCOL-HTTP2.</summary>
public sealed class WebCallTests
{
    // "Key-value pairs encoded as a HTTP/1 headers block (without the terminating newline)", "8th (MSB) bit of the 1st gRPC frame byte".
    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Unary_Succeeds_MessageThenTrailers(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);
        var request = new ProbeRequest { Text = "x", Behaviour = Behaviour.SetStatus, StatusCode = 5 };

        var reply = await web.CallAsync("Unary", contentType, request);

        byte[] message = RawClient.Frame(new ProbeReply { Text = "x", Count = 1 });
        byte[] trailers = RawClient.Frame("grpc-status: 5\r\ngrpc-message: x\r\n"u8.ToArray(), flag: 0x80);
        Assert.Equal(message.Concat(trailers), reply.Body);
    }

    // "Trailers-only responses: no change to the gRPC protocol spec."
    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Failure_BeforeAnyMessage_IsInTheHeaders(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);

        var reply = await web.CallAsync("Unary", contentType, new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = 7, Text = "keine, ü" });

        Assert.True(reply.Raw.IsTrailersOnly);
        Assert.Empty(reply.Body);
        Assert.Equal(contentType, reply.Raw.ContentType);
        Assert.Equal((StatusCode.PermissionDenied, "keine, %C3%BC"), (reply.Status, reply.Message));
        Assert.Equal("asked to", Assert.Single(reply.End("x-why")));
    }

    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Failure_AfterAMessage_IsInTheTrailers(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);
        byte[] frames = [.. RawClient.Frame(new ProbeRequest { Text = "first" }), .. RawClient.Frame(new ProbeRequest { Behaviour = Behaviour.Details, Payload = ByteString.CopyFrom(1, 2, 3, 4) })];

        var reply = await web.CallAsync("Duplex", contentType, new ByteArrayContent(WebProbe.Body(contentType, frames)));

        Assert.Equal("first", Assert.Single(reply.Replies).Text);
        Assert.Equal("grpc-status: 9\r\ngrpc-message: see details\r\ngrpc-status-details-bin: AQIDBA\r\n", reply.TrailersText);
    }

    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Metadata_TextAndBinary_TravelBothWays(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);

        var reply = await web.CallAsync("Unary", contentType, new ProbeRequest { Behaviour = Behaviour.EchoMetadata }, request =>
        {
            request.Headers.Add("x-text", ["one", "two"]);
            request.Headers.Add("x-data-bin", "AAH/");
        });

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Equal("AAH/", Assert.Single(reply.Raw.Headers["x-data-bin"]));
        Assert.Equal("AAH/", Assert.Single(reply.End("x-data-bin")));
        Assert.Equal("one,two", string.Join(',', reply.End("x-text").SelectMany(value => value.Split(", "))));
        Assert.Equal("1", Assert.Single(reply.End("x-grpc-web")));
    }

    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Deadline_Passes_IsExceeded(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);
        byte[] frames = [.. RawClient.Frame(new ProbeRequest { Text = "first" }), .. RawClient.Frame(new ProbeRequest { Behaviour = Behaviour.HangDeaf })];
        void Timeout(HttpRequestMessage request) => request.Headers.Add("grpc-timeout", "500m");

        var listening = await web.CallAsync("Unary", contentType, new ProbeRequest { Behaviour = Behaviour.Hang }, Timeout);
        var deaf = await web.CallAsync("Duplex", contentType, new ByteArrayContent(WebProbe.Body(contentType, frames)), Timeout);

        Assert.Equal(StatusCode.DeadlineExceeded, listening.Status);
        Assert.True(listening.Raw.IsTrailersOnly);
        Assert.Equal(StatusCode.DeadlineExceeded, deaf.Status);
        Assert.Equal("first", Assert.Single(deaf.Replies).Text);
        Assert.Empty(web.Server.Errors.Messages);
    }

    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Compression_BothWays_IsThatOfGrpc(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version, options => options.ResponseCompressionAlgorithm = "gzip");
        var squeezed = new MemoryStream();
        await using (var gzip = new GZipStream(squeezed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(new ProbeRequest { Text = "squeezed", ReplyBytes = 10_000 }.ToByteArray());

        var reply = await web.CallAsync("Unary", contentType, new ByteArrayContent(WebProbe.Body(contentType, RawClient.Frame(squeezed.ToArray(), flag: 1))), request =>
        {
            request.Headers.Add("grpc-encoding", "gzip");
            request.Headers.Add("grpc-accept-encoding", "gzip");
        });

        Assert.Equal("gzip", Assert.Single(reply.Raw.Headers["grpc-encoding"]));
        await using var inflated = new GZipStream(new MemoryStream(Assert.Single(reply.Messages)), CompressionMode.Decompress);
        Assert.Equal("squeezed", ProbeReply.Parser.ParseFrom(inflated).Text);
        Assert.Equal(1, reply.Body[0]);
    }

    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Client_GoesAway_CancelsTheHandler(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);
        byte[] frames = [.. RawClient.Frame(new ProbeRequest()), .. RawClient.Frame(new ProbeRequest { Behaviour = Behaviour.Hang })];

        (await web.OpenAsync("Duplex", contentType, new ByteArrayContent(WebProbe.Body(contentType, frames)))).Dispose();

        await web.Server.Log.Cancelled;
        Assert.Empty(web.Server.Errors.Messages);
    }

    // What follows half a message would be taken for its rest; so nothing follows.
    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Marshaller_FailsWhenAPartIsOut_BreaksTheResponseOff(string version, string contentType)
    {
        await using var web = await StartHalfAsync(version);

        var call = HalfAsync(web, contentType, HalfMessageService.LargePart);

        Assert.True(await Record.ExceptionAsync(() => call) is HttpRequestException or IOException);
    }

    // A small part has not left yet: it is taken back, and the status says what happened.
    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Marshaller_FailsInsideASmallMessage_IsInternal(string version, string contentType)
    {
        await using var web = await StartHalfAsync(version);

        var reply = await HalfAsync(web, contentType, HalfMessageService.SmallPart);

        Assert.Equal(StatusCode.Internal, reply.Status);
        Assert.Empty(reply.Messages);
    }

    private static Task<WebProbe> StartHalfAsync(string version) => WebProbe.StartAsync(version, endpoints: app =>
    {
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.MapGrpcService<HalfMessageService>();
    });

    private static Task<WebReply> HalfAsync(WebProbe web, string contentType, string part) =>
        web.CallAsync("Half", contentType, new ProbeRequest { Text = part }, request => request.RequestUri = new Uri(web.Server.Address + "/half.Service/Half"));

    [BindServiceMethod(typeof(HalfMessageService), nameof(Bind))]
    private sealed class HalfMessageService
    {
        public const string SmallPart = "small";
        public const string LargePart = "large";

        // Large: more than any writer behind it holds back.
        private static readonly Marshaller<string> OnlyAPart = new(
            (part, context) =>
            {
                context.SetPayloadLength(1_000_000);
                context.GetBufferWriter().Write(new byte[part == LargePart ? 500_000 : 11]);
                throw new InvalidOperationException("The rest is missing.");
            },
            context => ProbeRequest.Parser.ParseFrom(context.PayloadAsReadOnlySequence()).Text);

        private readonly string _end = "";

        public static void Bind(ServiceBinderBase binder, HalfMessageService? service) =>
            binder.AddMethod(new Method<string, string>(MethodType.Unary, "half.Service", "Half", OnlyAPart, OnlyAPart), (UnaryServerMethod<string, string>?)null!);

        public Task<string> Half(string request, ServerCallContext context) => Task.FromResult(request + _end);
    }
}
