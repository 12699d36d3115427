using Grpc.Core;
using Grpc.Net.Client;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;
using Lstm.HostilePeers.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lstm.Grpc.Tests;

/// <summary>A host that stops: no new calls, time for those under way, then UNAVAILABLE (statuscodes.md: "the server is shutting down").</summary>
public sealed class ShutdownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Stop_CallUnderWay_EndsWellAndNewOnesAreUnavailable()
    {
        await using var server = await StartAsync(TimeSpan.FromMinutes(1));
        using var peer = await PeerConnection.ConnectAsync(new Uri(server.Address));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new Probe.ProbeClient(channel);
        var underWay = client.UnaryAsync(new ProbeRequest { Behaviour = Behaviour.HangDeaf, Text = "well" }).ResponseAsync;
        await server.Log.FirstCall;

        var stopped = server.StopAsync();
        // NO_ERROR: nothing is wrong, but nothing new is taken.
        Assert.Equal("GOAWAY 0", await peer.Closed.WaitAsync(Patience));
        using var late = GrpcChannel.ForAddress(server.Address);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(late).UnaryAsync(new ProbeRequest()));
        Assert.False(stopped.IsCompleted);
        server.Log.Release();

        Assert.Equal("well", (await underWay.WaitAsync(Patience)).Text);
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        await stopped.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(Behaviour.Hang, false)]
    [InlineData(Behaviour.Hang, true)]
    [InlineData(Behaviour.HangDeaf, false)]
    public async Task Stop_CallThatOutlivesTheTime_IsUnavailable(Behaviour behaviour, bool withDeadline)
    {
        await using var server = await StartAsync(TimeSpan.FromSeconds(2));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var call = new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest { Behaviour = behaviour }, deadline: withDeadline ? DateTime.UtcNow.AddHours(1) : null).ResponseAsync;
        await server.Log.FirstCall;

        var stopped = server.StopAsync();
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(Patience));

        Assert.Equal((StatusCode.Unavailable, "The server shuts down."), (ended.StatusCode, ended.Status.Detail));
        if (behaviour == Behaviour.Hang)
            await server.Log.Cancelled;
        server.Log.Release();
        await stopped.WaitAsync(Patience);
        Assert.True(server.Errors.Messages.IsEmpty, string.Join("\n", server.Errors.Messages));
    }

    [Fact]
    public async Task Stop_StreamsThatOutliveTheTime_AreUnavailableAfterTheirReplies()
    {
        await using var server = await StartAsync(TimeSpan.FromSeconds(2));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var calls = Enumerable.Range(0, 20).Select(_ => new Probe.ProbeClient(channel).Duplex()).ToArray();
        foreach (var call in calls)
        {
            await call.RequestStream.WriteAsync(new ProbeRequest());
            Assert.True(await call.ResponseStream.MoveNext());
        }

        var stopped = server.StopAsync();

        foreach (var call in calls)
        {
            var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().WaitAsync(Patience));
            Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
            call.Dispose();
        }
        await stopped.WaitAsync(Patience);
        Assert.True(server.Errors.Messages.IsEmpty, string.Join("\n", server.Errors.Messages));
    }

    private static Task<ProbeServer> StartAsync(TimeSpan shutdownTimeout) =>
        ProbeServer.StartAsync(services: services => services.Configure<HostOptions>(host => host.ShutdownTimeout = shutdownTimeout));
}
