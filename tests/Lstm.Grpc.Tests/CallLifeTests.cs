using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests;

/// <summary>Deadlines, early ends and misuse at the server: grpc/grpc doc/PROTOCOL-HTTP2.md and the API's own rules.</summary>
public sealed class CallLifeTests : RawTests
{
    [Theory]
    [InlineData("Unary")]
    [InlineData("Duplex")]
    public async Task Deadline_HandlerListens_EndsTheCallOnce(string method)
    {
        var response = await Raw.CallAsync(method, new ProbeRequest { Behaviour = Behaviour.Hang }, request => request.Headers.Add("grpc-timeout", "1S"));

        Assert.Equal(StatusCode.DeadlineExceeded, response.Status);
        await Server.Log.Cancelled;
        Assert.Empty(Server.Errors.Messages);
    }

    [Fact]
    public async Task Deadline_HandlerIsDeaf_EndsTheCallAnyway()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.HangDeaf }, request => request.Headers.Add("grpc-timeout", "50m"));

        Assert.Equal(StatusCode.DeadlineExceeded, response.Status);
        Server.Log.Release();
        Assert.Equal(StatusCode.OK, (await Raw.CallAsync("Unary", new ProbeRequest())).Status);
        Assert.Empty(Server.Errors.Messages);
    }

    [Fact]
    public async Task Deadline_HandlerWaitsForAMessage_WakesIt()
    {
        var response = await Raw.CallAsync("Duplex", [RawClient.Frame(new ProbeRequest())], request => request.Headers.Add("grpc-timeout", "80m"), leaveOpen: true);

        Assert.Equal(StatusCode.DeadlineExceeded, response.Status);
        Assert.IsAssignableFrom<OperationCanceledException>(await Server.Log.Reported);
    }

    [Fact]
    public async Task Deadline_RequestMessageNeverComes_EndsTheUnaryCall()
    {
        var response = await Raw.CallAsync("Unary", [[0, 0]], request => request.Headers.Add("grpc-timeout", "50m"), leaveOpen: true);

        Assert.Equal(StatusCode.DeadlineExceeded, response.Status);
        Assert.Empty(Server.Log.Calls);
    }

    // "Early server closure": the trailers come although the client has not ended its stream.
    [Fact]
    public async Task EarlyEnd_WithTheRequestStillOpen_GivesTheStatus()
    {
        var response = await Raw.CallAsync("Duplex", [RawClient.Frame(new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = 7, Text = "no" })], leaveOpen: true);

        Assert.Equal(StatusCode.PermissionDenied, response.Status);
    }

    [Fact]
    public async Task Write_WhileAnotherIsUnderWay_IsRefusedAndFramesStayWhole()
    {
        // Larger than the flow-control window and not read before the second write was tried, so that the first one has to wait.
        var request = new ProbeRequest { Behaviour = Behaviour.WriteTwice, ReplyBytes = 8 << 20 };
        var response = await Raw.CallAsync("ServerStream", [RawClient.Frame(request)], beforeReading: () => Server.Log.Reported);

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.Equal(8 << 20, Assert.Single(response.Replies).Payload.Length);
        Assert.IsType<InvalidOperationException>(await Server.Log.Reported);
    }

    [Fact]
    public async Task Write_AfterTheEnd_IsRefused()
    {
        var response = await Raw.CallAsync("ServerStream", new ProbeRequest { Behaviour = Behaviour.WriteLater, Replies = 1 });

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.NotNull(Server.Log.Later);
        await Assert.ThrowsAsync<InvalidOperationException>(Server.Log.Later);
    }

    [Fact]
    public async Task Write_ClientGoesAway_Fails()
    {
        using var channel = global::Grpc.Net.Client.GrpcChannel.ForAddress(Server.Address);
        var call = new Probe.ProbeClient(channel).ServerStream(new ProbeRequest { Replies = int.MaxValue, ReplyBytes = 100 });
        Assert.True(await call.ResponseStream.MoveNext());
        call.Dispose();

        Assert.IsAssignableFrom<OperationCanceledException>(await Server.Log.Reported);
        Assert.Empty(Server.Errors.Messages);
    }
}
