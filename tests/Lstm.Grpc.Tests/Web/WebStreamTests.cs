using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests.Web;

/// <summary>Bodies as they flow: grpc/grpc doc/PROTOCOL-WEB.md, "Text-encoded streams" and "use EOF to close the stream".</summary>
public sealed class WebStreamTests
{
    private static readonly ProbeRequest Request = new() { Text = "message", Payload = ByteString.CopyFrom(1, 2, 3) };
    private static readonly byte[] Trailers = RawClient.Frame("grpc-status: 0\r\n"u8.ToArray(), flag: 0x80);

    // "The server runtime will always base64-encode and flush gRPC messages atomically": each is a piece with padding of its own.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Replies_OfAStreamInText_ArePaddedPieces(string version)
    {
        await using var web = await WebProbe.StartAsync(version);

        var reply = await web.CallAsync("ServerStream", WebProbe.Text, new ProbeRequest { Text = "xy", Replies = 3 });

        var pieces = Enumerable.Range(1, 3).Select(count => RawClient.Frame(new ProbeReply { Text = "xy", Count = count })).Append(Trailers).ToList();
        Assert.Contains(pieces, piece => piece.Length % 3 != 0);
        Assert.Equal(string.Concat(pieces.Select(Convert.ToBase64String)), Encoding.ASCII.GetString(reply.Raw.Body));
    }

    // Messages that are written with BufferHint make one piece with the next that is not.
    [Fact]
    public async Task Replies_FlushedTogetherInText_AreOnePiece()
    {
        await using var web = await WebProbe.StartAsync("1.1");

        var reply = await web.CallAsync("ServerStream", WebProbe.Text, new ProbeRequest { Text = "xy", Replies = 3, Behaviour = Behaviour.BufferHint });

        byte[] piece = [.. Enumerable.Range(1, 3).SelectMany(count => RawClient.Frame(new ProbeReply { Text = "xy", Count = count }))];
        Assert.Equal(Convert.ToBase64String(piece) + Convert.ToBase64String(Trailers), Encoding.ASCII.GetString(reply.Raw.Body));
    }

    // All requests are sent, the second handler call hangs: the first reply is there all the same.
    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Reply_OfAStream_ComesWhileTheCallGoesOn(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);
        byte[] requests = [.. RawClient.Frame(new ProbeRequest { Text = "first" }), .. RawClient.Frame(new ProbeRequest { Text = "second", Behaviour = Behaviour.HangDeaf })];

        using var response = await web.OpenAsync("Duplex", contentType, new ByteArrayContent(WebProbe.Body(contentType, requests)));
        var body = await response.Content.ReadAsStreamAsync();
        await ExpectAsync(body, WebProbe.Body(contentType, RawClient.Frame(new ProbeReply { Text = "first", Count = 1 })));
        web.Server.Log.Release();

        await ExpectAsync(body, WebProbe.Body(contentType, RawClient.Frame(new ProbeReply { Text = "second", Count = 2 })));
        await ExpectAsync(body, WebProbe.Body(contentType, Trailers));
        Assert.Equal(-1, body.ReadByte());
    }

    // Not only half-duplex: a client that can send while it receives may do so. HttpClient can over HTTP/2 alone; tests/e2e has one for HTTP/1.1.
    [Theory]
    [InlineData(WebProbe.Binary)]
    [InlineData(WebProbe.Text)]
    public async Task Duplex_RequestsAndRepliesInTurn_Flow(string contentType)
    {
        await using var web = await WebProbe.StartAsync("2.0");
        using var content = new LiveContent(WebProbe.Body(contentType, RawClient.Frame(new ProbeRequest { Text = "1" })));

        using var response = await web.OpenAsync("Duplex", contentType, content);
        var body = await response.Content.ReadAsStreamAsync();
        for (int count = 1; count <= 5; count++)
        {
            await ExpectAsync(body, WebProbe.Body(contentType, RawClient.Frame(new ProbeReply { Text = $"{count}", Count = count })));
            content.Send(WebProbe.Body(contentType, RawClient.Frame(new ProbeRequest { Text = $"{count + 1}" })));
        }
        content.End();

        await ExpectAsync(body, WebProbe.Body(contentType, RawClient.Frame(new ProbeReply { Text = "6", Count = 6 })));
        await ExpectAsync(body, WebProbe.Body(contentType, Trailers));
    }

    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Request_InPiecesOfOneByte_Arrives(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);
        byte[] body = WebProbe.Body(contentType, [.. RawClient.Frame(Request), .. RawClient.Frame(Request)]);

        var reply = await web.CallAsync("Duplex", contentType, new LiveContent(body.Select(one => new[] { one })).End());

        Assert.Equal(["message", "message"], reply.Replies.Select(message => message.Text));
    }

    [Fact]
    public async Task RequestInText_CutAnywhere_Arrives()
    {
        await using var web = await WebProbe.StartAsync("1.1");
        byte[] text = WebProbe.Encode(RawClient.Frame(Request));
        for (int cut = 1; cut < text.Length; cut++)
        {
            var reply = await web.CallAsync("Unary", WebProbe.Text, new LiveContent(text[..cut], text[cut..]).End());
            Assert.True(reply.Status == StatusCode.OK, $"cut after {cut} characters: {reply.Status}");
            Assert.Equal(Request.Payload, Assert.Single(reply.Replies).Payload);
        }
    }

    // "Base64-encoded chunks with potential padding whenever the runtime needs to flush": a message may consist of many.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task RequestInText_OfPaddedPieces_Arrives(int bytesInAPiece)
    {
        await using var web = await WebProbe.StartAsync("1.1");
        byte[] text = [.. RawClient.Frame(Request).Chunk(bytesInAPiece).SelectMany(WebProbe.Encode)];

        var reply = await web.CallAsync("Unary", WebProbe.Text, new ByteArrayContent(text));

        Assert.Equal(Request.Payload, Assert.Single(reply.Replies).Payload);
    }

    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Message_OfThreeMegabytes_TravelsBothWays(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);
        byte[] bytes = new byte[3 << 20];
        Random.Shared.NextBytes(bytes);

        var reply = await web.CallAsync("Unary", contentType, new ProbeRequest { Payload = ByteString.CopyFrom(bytes) });

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.True(Assert.Single(reply.Replies).Payload.Span.SequenceEqual(bytes));
    }

    // Law of the layer: refused on the five bytes of the header, without waiting for what was announced.
    [Theory]
    [InlineData(WebProbe.Binary)]
    [InlineData(WebProbe.Text)]
    public async Task Length_AboveTheLimit_IsResourceExhaustedAtOnce(string contentType)
    {
        await using var web = await WebProbe.StartAsync("2.0");

        var reply = await web.CallAsync("Unary", contentType, new LiveContent(WebProbe.Body(contentType, RawClient.Frame([0], 0, 0xFFFFFFFF))));

        Assert.Equal(StatusCode.ResourceExhausted, reply.Status);
    }

    [Theory]
    [InlineData("AAAAAAA")]
    [InlineData("AAA*AAAA")]
    [InlineData("AAAA AAAA")]
    [InlineData("AAAA\r\nAAAA")]
    [InlineData("AAA=AAA")]
    [InlineData("A===AAAA")]
    [InlineData("=AAA")]
    [InlineData("====")]
    [InlineData("AA=A")]
    [InlineData("AA-_AAAA")]
    [InlineData("AAAA\0AAA")]
    public async Task RequestInText_ThatIsNoBase64_IsInternalAndTheConnectionLives(string text)
    {
        await using var web = await WebProbe.StartAsync("1.1");
        byte[] bytes = Encoding.ASCII.GetBytes(text);

        foreach (string method in new[] { "Unary", "Duplex" })
        {
            // The same text has the same answer however it is cut.
            Assert.Equal(StatusCode.Internal, (await web.CallAsync(method, WebProbe.Text, new ByteArrayContent(bytes))).Status);
            var pieces = await web.CallAsync(method, WebProbe.Text, new LiveContent(bytes.Select(one => new[] { one })).End());
            Assert.Equal(StatusCode.Internal, pieces.Status);
            Assert.StartsWith("Expected a body of base64 (application/grpc-web-text), but ", pieces.Message, StringComparison.Ordinal);
        }

        Assert.Equal(StatusCode.OK, (await web.CallAsync("Unary", WebProbe.Text, Request)).Status);
        Assert.Equal(1, web.Connections);
    }

    [Fact]
    public async Task RequestInText_NotBase64AfterAMessage_AnswersTheMessageFirst()
    {
        await using var web = await WebProbe.StartAsync("1.1");

        var reply = await web.CallAsync("Duplex", WebProbe.Text, new LiveContent(WebProbe.Encode(RawClient.Frame(Request)), "####"u8.ToArray()).End());

        Assert.Single(reply.Replies);
        Assert.Equal(StatusCode.Internal, reply.Status);
    }

    // Trailers belong to responses: a client that sends their flag is refused as for any wrong flag.
    [Theory]
    [InlineData(WebProbe.Binary)]
    [InlineData(WebProbe.Text)]
    public async Task Request_WithTrailers_IsInternalAndTheConnectionLives(string contentType)
    {
        await using var web = await WebProbe.StartAsync("1.1");

        var reply = await web.CallAsync("Duplex", contentType, new ByteArrayContent(WebProbe.Body(contentType, Trailers)));

        Assert.Equal(StatusCode.Internal, reply.Status);
        Assert.Equal(StatusCode.OK, (await web.CallAsync("Unary", contentType, Request)).Status);
        Assert.Equal(1, web.Connections);
    }

    [Theory]
    [ClassData(typeof(WebTransports))]
    public async Task Stream_WithoutMessages_IsOk(string version, string contentType)
    {
        await using var web = await WebProbe.StartAsync(version);

        var reply = await web.CallAsync("Duplex", contentType, new ByteArrayContent([]));

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Empty(reply.Replies);
    }

    private static async Task ExpectAsync(Stream body, byte[] expected)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        byte[] actual = new byte[expected.Length];
        await body.ReadExactlyAsync(actual, timeout.Token);
        Assert.Equal(expected, actual);
    }
}
