using Google.Protobuf;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests;

/// <summary>Length-prefixed messages, well and badly formed: grpc/grpc doc/PROTOCOL-HTTP2.md, doc/statuscodes.md.</summary>
public sealed class FramingTests : RawTests
{
    private static readonly ProbeRequest Request = new() { Text = "message", Payload = ByteString.CopyFrom(1, 2, 3) };

    // "DATA frame boundaries have no relation to Length-Prefixed-Message boundaries."
    [Fact]
    public async Task Message_InPiecesOfOneByte_Arrives()
    {
        var response = await Raw.CallAsync("Duplex", RawClient.Frame(Request).Concat(RawClient.Frame(Request)).Select(one => new[] { one }));

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.Equal(["message", "message"], response.Replies.Select(reply => reply.Text));
    }

    [Fact]
    public async Task Messages_TenThousandEmptyOnesInOnePiece_AllArrive()
    {
        var response = await Raw.CallAsync("ClientStream", new byte[5 * 10_000]);

        Assert.Equal(10_000, Assert.Single(response.Replies).Count);
    }

    // statuscodes.md: a message that is cut short is a data-loss of the transport: INTERNAL.
    [Theory]
    [InlineData("Unary")]
    [InlineData("Duplex")]
    public async Task Message_CutAtAnyByte_IsInternal(string method)
    {
        byte[] frame = RawClient.Frame(Request);
        for (int length = 1; length < frame.Length; length++)
        {
            var response = await Raw.CallAsync(method, frame[..length]);
            Assert.True(response.Status == StatusCode.Internal, $"cut after {length} bytes: {response.Status}");
            Assert.Empty(response.Body);
        }
    }

    [Fact]
    public async Task Message_CutAfterAWholeOne_AnswersTheWholeOneFirst()
    {
        var response = await Raw.CallAsync("Duplex", [RawClient.Frame(Request), [0, 0, 0]]);

        Assert.Equal(StatusCode.Internal, response.Status);
        Assert.Single(response.Replies);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0x80)]
    [InlineData(0xFF)]
    public async Task Flag_NeitherZeroNorOne_IsInternal(byte flag)
    {
        var response = await Raw.CallAsync("Unary", RawClient.Frame(Request.ToByteArray(), flag));

        Assert.Equal(StatusCode.Internal, response.Status);
    }

    // Checked on the five bytes of the header: the rest never comes, and nothing waits for it.
    [Theory]
    [InlineData(0x00400001u)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    public async Task Length_AboveTheLimit_IsResourceExhaustedAtOnce(uint announced)
    {
        var response = await Raw.CallAsync("Duplex", [RawClient.Frame([], 0, announced)], leaveOpen: true);

        Assert.Equal(StatusCode.ResourceExhausted, response.Status);
    }

    [Fact]
    public async Task Length_AtTheLimit_IsAccepted()
    {
        await using var server = await ProbeServer.StartAsync(options => options.MaxReceiveMessageSize = 100);
        using var raw = new RawClient(server.Address);
        byte[] message = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[98]) }.ToByteArray();
        Assert.Equal(100, message.Length);

        Assert.Equal(StatusCode.OK, (await raw.CallAsync("Unary", RawClient.Frame(message))).Status);
        Assert.Equal(StatusCode.ResourceExhausted, (await raw.CallAsync("Unary", RawClient.Frame([.. message, 0]))).Status);
    }

    // statuscodes.md: "Request cardinality violation": UNIMPLEMENTED.
    [Theory]
    [InlineData("Unary", 0)]
    [InlineData("Unary", 2)]
    [InlineData("ServerStream", 0)]
    [InlineData("ServerStream", 2)]
    public async Task SingleRequest_NotExactlyOneMessage_IsUnimplemented(string method, int messages)
    {
        var response = await Raw.CallAsync(method, Enumerable.Repeat(RawClient.Frame(Request), messages));

        Assert.Equal(StatusCode.Unimplemented, response.Status);
        Assert.Empty(Server.Log.Calls);
    }

    // statuscodes.md: "Error parsing request proto": INTERNAL.
    [Theory]
    [InlineData("Unary")]
    [InlineData("ClientStream")]
    [InlineData("ServerStream")]
    [InlineData("Duplex")]
    public async Task Message_ThatDoesNotParse_IsInternal(string method)
    {
        var response = await Raw.CallAsync(method, RawClient.Frame([0x0A, 0xFF, 1]));

        Assert.Equal(StatusCode.Internal, response.Status);
        Assert.DoesNotContain("InvalidProtocolBuffer", response.Message, StringComparison.Ordinal);
    }

    // A parsed message may be far larger than its bytes; whoever does not end the request must not have it kept.
    [Theory]
    [InlineData("Unary")]
    [InlineData("ServerStream")]
    public async Task SingleRequest_WithoutItsEnd_IsNotParsed(string method)
    {
        byte[] unparsable = RawClient.Frame([0x0A, 0xFF, 1]);

        var response = await Raw.CallAsync(method, [unparsable], request => request.Headers.Add("grpc-timeout", "50m"), leaveOpen: true);

        Assert.Equal(StatusCode.DeadlineExceeded, response.Status);
    }

    [Fact]
    public async Task SingleRequest_WithAByteBehindIt_IsUnimplementedAtOnce()
    {
        var response = await Raw.CallAsync("Unary", [[.. RawClient.Frame(Request), 0]], leaveOpen: true);

        Assert.Equal(StatusCode.Unimplemented, response.Status);
    }

    [Fact]
    public async Task Reply_AboveTheSendLimit_IsResourceExhausted()
    {
        await using var server = await ProbeServer.StartAsync(options => options.MaxSendMessageSize = 100);
        using var raw = new RawClient(server.Address);

        Assert.Equal(StatusCode.OK, (await raw.CallAsync("Unary", new ProbeRequest { ReplyBytes = 50 })).Status);
        Assert.Equal(StatusCode.ResourceExhausted, (await raw.CallAsync("Unary", new ProbeRequest { ReplyBytes = 101 })).Status);
    }
}
