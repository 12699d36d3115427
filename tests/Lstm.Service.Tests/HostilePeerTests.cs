using Grpc.Core;
using Lstm.HostilePeers.Wire;
using Lstm.Service.Grpc;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Lstm.Service.Tests;

/// <summary>What one peer may take from the others. benchmarks/Lstm.HostilePeers measures more of it.</summary>
public sealed class HostilePeerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] StreamHead = Frames.Block(Frames.CallHead("/lstm.v1.Inference/Stream"));

    [Fact]
    public async Task PartialMessages_MoreThanAllowed_RefuseTheLongestAndStepsGoOn()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxPartialBytes", "1000000");
        using var peer = await PeerConnection.ConnectAsync(new Uri($"http://127.0.0.1:{service.GrpcPort}"));
        byte[] part = Frames.Message(new byte[600_000], announced: 700_000);

        var first = await OpenAsync(peer, part);
        await Wait.UntilAsync(() => Task.FromResult(service.Services.GetRequiredService<PartialMessages>().Bytes == 600_005), "the first waits");
        var second = await OpenAsync(peer, part);

        Assert.Equal(StatusCode.ResourceExhausted, (StatusCode?)(await first.Ended.WaitAsync(Patience)).GrpcStatus);
        await Wait.UntilAsync(() => Task.FromResult(service.Services.GetRequiredService<PartialMessages>().Bytes == 600_005), "the second is counted");
        Assert.False(second.Ended.IsCompleted);
        string id = await service.OpenAsync();
        Assert.Equal(1u, (await service.Grpc.StepAsync(new() { SessionId = id, X = { new float[5] } })).Result.Count);

        peer.Dispose();
        await Wait.UntilAsync(() => Task.FromResult(service.Services.GetRequiredService<PartialMessages>().Bytes == 0), "the memory is given back");
    }

    [Fact]
    public async Task PartialMessages_OfCallsThatAreComplete_CountNoMore()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxPartialBytes", "1000000");
        var request = new StepRequest { SessionId = "nobody", X = { new float[200_000] } };

        for (int n = 0; n < 5; n++)
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await service.Grpc.StepAsync(request))).StatusCode);

        await Wait.UntilAsync(() => Task.FromResult(service.Services.GetRequiredService<PartialMessages>().Bytes == 0), "the memory is given back");
    }

    // Larger than the window of a stream, so that the server has to look at a part of it.
    [Fact]
    public async Task PartialMessages_Refused_TellTheOption()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxPartialBytes", "65536");
        var request = new StepRequest { SessionId = "nobody", X = { new float[250_000] } };

        var refusal = await GrpcRefusal.OfAsync(async () => await service.Grpc.StepAsync(request));

        Assert.Equal("Messages that have arrived in part take 65536 bytes, as many as allowed (Lstm:Grpc:MaxPartialBytes), and this one has waited longest. Nothing was done; send the same request again a little later.", refusal.Message);
        Assert.Equal("QUEUE_FULL", refusal.Info.Reason);
        Assert.Equal("Lstm:Grpc:MaxPartialBytes", refusal.Info.Metadata["option"]);
    }

    [Fact]
    public async Task Connections_MoreThanAllowed_AreClosed()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Server:MaxConnections", "2");
        var address = new Uri($"http://127.0.0.1:{service.GrpcPort}");
        var peers = new List<PeerConnection>();
        for (int n = 0; n < 3; n++)
            peers.Add(await PeerConnection.ConnectSilentlyAsync(address));

        var closed = await Task.WhenAny(peers.Select(peer => peer.Closed)).WaitAsync(Patience);

        Assert.Equal("closed", await closed);
        Assert.Equal(2, peers.Count(peer => !peer.Closed.IsCompleted));
        peers.ForEach(peer => peer.Dispose());
    }

    private static async Task<PeerStream> OpenAsync(PeerConnection peer, byte[] part)
    {
        var stream = await peer.OpenAsync(StreamHead);
        await peer.SendDataAsync(stream, part, end: false);
        return stream;
    }
}
