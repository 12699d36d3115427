using Grpc.Core;
using Lstm.Cli.Bench.Http2;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;
using Lstm.HostilePeers.Wire;
using Microsoft.AspNetCore.Builder;

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

    // A reply that was written with BufferHint waits for the next flush, or for the end, whoever brings it about.
    [Theory]
    [InlineData(Behaviour.BufferAll, StatusCode.OK, 1, 10)]
    [InlineData(Behaviour.BufferAll, StatusCode.OK, 1_000, 50)]
    [InlineData(Behaviour.BufferAllAndHang, StatusCode.DeadlineExceeded, 3, 10)]
    public async Task Replies_WrittenButNeverFlushed_GoOutWithTheStatus(Behaviour behaviour, StatusCode status, int replies, int bytes)
    {
        var request = new ProbeRequest { Behaviour = behaviour, Replies = replies, ReplyBytes = bytes };

        var response = await Raw.CallAsync("ServerStream", request, head => head.Headers.Add("grpc-timeout", "2S"));

        Assert.Equal(status, response.Status);
        Assert.Equal(Enumerable.Range(1, replies), response.Replies.Select(reply => reply.Count));
    }

    // What is reset before it runs costs no handler: the tool of a flood of resets.
    [Fact]
    public async Task Reset_BeforeTheHandlerRuns_RunsNoHandler()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ProbeServer.StartAsync(endpoints: application => application.Use(async (context, next) =>
        {
            var reset = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(reset.SetResult);
            await reset.Task;
            await next(context);
            done.SetResult();
        }));
        using var peer = await PeerConnection.ConnectAsync(new Uri(server.Address));
        var call = await peer.OpenAsync(Frames.Block(Frames.CallHead("/lstm.grpc.tests.Probe/Duplex")));

        await peer.SendAsync(Frames.Number(FrameType.ResetStream, call.Id, 8));

        await done.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(server.Log.Calls);
        Assert.Empty(server.Errors.Messages);
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
