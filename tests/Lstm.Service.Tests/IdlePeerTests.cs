using Lstm.HostilePeers.Wire;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Google.Protobuf;

namespace Lstm.Service.Tests;

/// <summary>Peers that say nothing: those that are gone are found out by pings, those that live may be silent for as long as they like.</summary>
public sealed class IdlePeerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task APeerThatAnswersNoPing_LosesItsConnectionAndItsStreamsEnd()
    {
        await using var service = await RunningService.StartAsync(
            "--Lstm:Server:KeepAlivePingDelay", "00:00:01", "--Lstm:Server:KeepAlivePingTimeout", "00:00:01", "--Lstm:Server:IdleConnectionTimeout", "00:00:01");
        var address = Address(service.GrpcPort);
        using var gone = await PeerConnection.ConnectAsync(address, deaf: true);
        using var silent = await PeerConnection.ConnectAsync(address);
        await OpenAsync(gone, 1);
        await OpenAsync(gone, 2);
        var stream = await OpenAsync(silent, 3);
        await UntilMetricsAsync(service, "\nlstm_streams 3\n");
        await UntilMetricsAsync(service, "\nlstm_stream_handles 3\n");

        await gone.Closed.WaitAsync(Patience);

        await UntilMetricsAsync(service, "\nlstm_streams 1\n");
        await UntilMetricsAsync(service, "\nlstm_stream_handles 1\n");
        Assert.False(silent.Closed.IsCompleted);
        Assert.False(stream.Ended.IsCompleted);
        // The sessions are where they were.
        Assert.Equal(3ul, (await service.Grpc.ListSessionsAsync(new())).Total);
    }

    [Fact]
    public async Task AConnectionWithoutARequest_IsClosed()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Server:IdleConnectionTimeout", "00:00:01");
        using var http = await PeerConnection.ConnectSilentlyAsync(Address(service.Http.BaseAddress!.Port)); // Set where it is made.
        using var grpc = await PeerConnection.ConnectSilentlyAsync(Address(service.GrpcPort));
        using var preface = await PeerConnection.ConnectAsync(Address(service.GrpcPort));
        using var half = await PeerConnection.ConnectSilentlyAsync(Address(service.GrpcPort));
        await half.SendAsync(Frames.Preface[..10].ToArray());

        await Task.WhenAll(http.Closed, grpc.Closed, preface.Closed, half.Closed).WaitAsync(Patience);
    }

    // Kestrel wants 240 bytes a second of a reply to be taken, after five seconds: of a small reply the five seconds count, of a large one its bytes (UnreadReplyTests).
    [Fact]
    public async Task APeerThatDoesNotReadASmallReply_LosesItsConnectionAndItsStreamsEnd()
    {
        await using var service = await RunningService.StartAsync();
        using var peer = await PeerConnection.ConnectAsync(Address(service.GrpcPort), window: 0);
        await OpenAsync(peer, 1);
        await UntilMetricsAsync(service, "\nlstm_streams 1\n");

        await peer.Closed.WaitAsync(Patience);

        await UntilMetricsAsync(service, "\nlstm_streams 0\n");
    }

    private static Uri Address(int port) => new($"http://127.0.0.1:{port}");

    private static async Task<PeerStream> OpenAsync(PeerConnection peer, uint handle)
    {
        var stream = await peer.OpenAsync(Frames.Block(Frames.CallHead("/lstm.v1.Inference/Stream")));
        await peer.SendDataAsync(stream, Frames.Message(new StreamRequest { Open = new() { Handle = handle, Model = "nyc-taxi" } }.ToByteArray()), end: false);
        return stream;
    }

    private static Task UntilMetricsAsync(RunningService service, string line) => Wait.UntilAsync(
        async () => (await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Contains(line, StringComparison.Ordinal), line.Trim());
}
