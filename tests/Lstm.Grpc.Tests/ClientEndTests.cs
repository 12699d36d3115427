using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests;

/// <summary>How calls end at the client: deadline, cancellation, disposal, lost connections.</summary>
public sealed class ClientEndTests : IAsyncLifetime
{
    private ProbeServer _server = null!; // set by InitializeAsync, before any test
    private GrpcChannel _channel = null!; // as above
    private Probe.ProbeClient _client = null!; // as above

    public async Task InitializeAsync()
    {
        _server = await ProbeServer.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Address);
        _client = new Probe.ProbeClient(_channel);
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Unary_DeadlinePassed_IsDeadlineExceededAndReachesTheHandler()
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await _client.UnaryAsync(new ProbeRequest { Behaviour = Behaviour.Hang }, deadline: DateTime.UtcNow.AddMilliseconds(100)));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        await _server.Log.Cancelled;
    }

    [Fact]
    public async Task Unary_DeadlineInThePast_IsNotSent()
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await _client.UnaryAsync(new ProbeRequest(), deadline: DateTime.UtcNow.AddSeconds(-1)));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        Assert.Empty(_server.Log.Calls);
    }

    [Fact]
    public async Task Unary_DeadlineNotUtc_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(async () => await _client.UnaryAsync(new ProbeRequest(), deadline: DateTime.Now.AddHours(1)));

        Assert.Contains("UTC", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unary_Deadline_IsKnownToTheHandler()
    {
        var deadline = DateTime.UtcNow.AddMinutes(5);
        await _client.UnaryAsync(new ProbeRequest(), deadline: deadline);

        var context = await _server.Log.FirstCall;
        Assert.InRange(context.Deadline, deadline.AddSeconds(-5), deadline.AddSeconds(5));
    }

    [Fact]
    public async Task Unary_CallerCancels_IsCancelledAndReachesTheHandler()
    {
        using var cancellation = new CancellationTokenSource();
        var call = _client.UnaryAsync(new ProbeRequest { Behaviour = Behaviour.Hang }, cancellationToken: cancellation.Token);
        await _server.Log.FirstCall;
        await cancellation.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await _server.Log.Cancelled;
    }

    [Fact]
    public async Task Unary_CallerCancelsAndWantsIt_ThrowsOperationCanceled()
    {
        using var channel = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });
        using var cancellation = new CancellationTokenSource();
        var call = new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest { Behaviour = Behaviour.Hang }, cancellationToken: cancellation.Token);
        await _server.Log.FirstCall;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call);
    }

    [Fact]
    public async Task Duplex_Disposed_HandlerSeesTheEndAndReaderIsCancelled()
    {
        var call = _client.Duplex();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        var read = call.ResponseStream.MoveNext();
        call.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        Assert.IsAssignableFrom<IOException>(await _server.Log.Reported);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Duplex_ReadCancelled_EndsTheCall()
    {
        using var call = _client.Duplex();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        using var cancellation = new CancellationTokenSource();
        var read = call.ResponseStream.MoveNext(cancellation.Token);
        await cancellation.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
    }

    [Fact]
    public async Task Duplex_ChannelDisposed_EndsTheCall()
    {
        using var call = _client.Duplex();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        _channel.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext())).StatusCode);
    }

    [Fact]
    public async Task Duplex_ServerGoes_IsUnavailable()
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Probe.ProbeClient(channel).Duplex();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        var read = call.ResponseStream.MoveNext();
        await server.DisposeAsync();

        Assert.Contains((await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
    }

    [Fact]
    public async Task Dispose_OfACallThatNobodyAwaits_LeavesNoUnobservedException()
    {
        var unobserved = new System.Collections.Concurrent.ConcurrentQueue<string>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception.ToString());
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await DisposeOfCallsAsync();
            for (int n = 0; n < 3; n++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.DoesNotContain(unobserved, static text => text.Contains("The call was disposed.", StringComparison.Ordinal));
    }

    private async Task DisposeOfCallsAsync()
    {
        for (int n = 0; n < 20; n++)
        {
            var call = _client.UnaryAsync(new ProbeRequest { Behaviour = Behaviour.Hang });
            await Task.Yield();
            call.Dispose();
            _client.ClientStream().Dispose();
        }
        // A call on the same connection, so that those before have ended.
        await _client.UnaryAsync(new ProbeRequest());
    }

    [Fact]
    public async Task Unary_NobodyListens_IsUnavailable()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{FreePort()}");

        var exception = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest()));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
    }

    [Fact]
    public async Task Unary_WaitForReadyAndNobodyListens_WaitsForTheDeadline()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{FreePort()}");
        var options = new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(300)).WithWaitForReady();

        var exception = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest(), options));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
    }

    [Fact]
    public async Task GetStatus_BeforeTheEnd_Throws()
    {
        using var call = _client.Duplex();

        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task RequestStream_WriteAfterComplete_Throws()
    {
        using var call = _client.ClientStream();
        await call.RequestStream.CompleteAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new ProbeRequest()));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
