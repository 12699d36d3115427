using Google.Protobuf;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests;

/// <summary>How calls end on the wire: grpc/grpc doc/PROTOCOL-HTTP2.md, "Responses".</summary>
public sealed class StatusTests : RawTests
{
    [Fact]
    public async Task Success_WithAMessage_HasItsStatusInTheTrailers()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Text = "x" });

        Assert.False(response.IsTrailersOnly);
        Assert.Equal("0", Assert.Single(response.Trailers["grpc-status"]));
        Assert.Null(response.Message);
    }

    [Fact]
    public async Task Success_WithoutMessages_IsTrailersOnly()
    {
        var response = await Raw.CallAsync("Duplex", Array.Empty<byte>());

        Assert.True(response.IsTrailersOnly);
        Assert.Equal(StatusCode.OK, response.Status);
    }

    [Theory]
    [InlineData("Unary")]
    [InlineData("ClientStream")]
    [InlineData("ServerStream")]
    [InlineData("Duplex")]
    public async Task Failure_BeforeAnyMessage_IsTrailersOnlyWithMetadata(string method)
    {
        var response = await Raw.CallAsync(method, new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = 5, Text = "gone" });

        Assert.True(response.IsTrailersOnly);
        Assert.Equal("5", Assert.Single(response.Headers["grpc-status"]));
        Assert.Equal("gone", response.Message);
        Assert.Equal("asked to", Assert.Single(response.Headers["x-why"]));
    }

    [Fact]
    public async Task Failure_AfterAMessage_IsInTheTrailers()
    {
        var response = await Raw.CallAsync("Duplex", [RawClient.Frame(new ProbeRequest()), RawClient.Frame(new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = 9, Text = "no" })]);

        Assert.Single(response.Replies);
        Assert.Equal(StatusCode.FailedPrecondition, response.Status);
        Assert.False(response.IsTrailersOnly);
    }

    // Status-Message: percent-encoded outside 0x20-0x7E, and '%' itself.
    [Theory]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\r\nb\tc", "a%0D%0Ab%09c")]
    [InlineData("\u00fc\u263a\U0001F608", "%C3%BC%E2%98%BA%F0%9F%98%88")]
    [InlineData("\u007f", "%7F")]
    public async Task Message_OfAnyText_IsPercentEncoded(string text, string encoded)
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = 2, Text = text });

        Assert.Equal(encoded, response.Message);
    }

    [Fact]
    public async Task Message_VeryLong_IsCutSoThatClientsTakeTheHeaders()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = 2, Text = new string('\u263a', 100_000) });

        Assert.InRange(response.Message!.Length, 4000, 4096);
        Assert.Equal(0, response.Message.Length % 9);
    }

    [Fact]
    public async Task StatusDetails_AreUnpaddedBase64()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.Details, Payload = ByteString.CopyFrom(0, 1) });

        Assert.Equal("AAE", Assert.Single(response.Headers["grpc-status-details-bin"]));
    }

    [Fact]
    public async Task Metadata_NotAscii_IsCleanedAndDoesNotBreakTheCall()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.EchoMetadata }, request => request.Headers.TryAddWithoutValidation("x-text", "\u00fcber"));

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.EndsWith("ber", Assert.Single(response.Trailers["x-text"]), StringComparison.Ordinal);
    }

    // statuscodes.md: "Unknown: Server threw an exception"; strangers do not read its text.
    [Fact]
    public async Task Exception_OfAHandler_IsUnknownWithoutItsText()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.Throw, Text = "secret" });

        Assert.Equal(StatusCode.Unknown, response.Status);
        Assert.Equal("Exception was thrown by handler.", response.Message);
        Assert.Contains("secret", Assert.Single(Server.Errors.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_WithDetailedErrors_TellsItsText()
    {
        await using var server = await ProbeServer.StartAsync(options => options.EnableDetailedErrors = true);
        using var raw = new RawClient(server.Address);

        var response = await raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.Throw, Text = "known" });

        Assert.Equal("Exception was thrown by handler. InvalidOperationException: known", response.Message);
    }

    [Fact]
    public async Task Handler_ReturnsNull_IsCancelled()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.ReturnNull });

        Assert.Equal(StatusCode.Cancelled, response.Status);
        Assert.Equal("No message returned from method.", response.Message);
    }

    [Fact]
    public async Task Handler_SetsTheStatusAndReturns_SendsBoth()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.SetStatus, StatusCode = 10, Text = "partly" });

        Assert.Equal("partly", Assert.Single(response.Replies).Text);
        Assert.Equal(StatusCode.Aborted, response.Status);
    }
}
