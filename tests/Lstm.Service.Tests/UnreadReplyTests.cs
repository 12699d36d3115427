using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Lstm.HostilePeers.Wire;
using Lstm.Service.Grpc;
using Lstm.Service.Tests.Hosting;
using Lstm.Service.Tests.Metrics;
using Lstm.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Lstm.Service.Tests;

/// <summary>Replies that nobody reads are bounded over all calls (Lstm:Grpc:MaxUnreadBytes); those that are read arrive.</summary>
public sealed class UnreadReplyTests
{
    private const int Handles = 4096;
    private const uint EnhanceYourCalm = 11; // RFC 9113 section 7
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly StreamRequest Open = new() { Open = new() { Handle = 1, Model = "nyc-taxi" } };

    // One fault for each: 465 KB.
    private static readonly StreamBatch NotOpen = new() { Handles = { Enumerable.Range(0, Handles).Select(static n => 100 + (uint)n) } };

    [Fact]
    public async Task Stream_ThatIsNotReadForLongest_IsResetForTheOthers()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxUnreadBytes", "1200000");
        await using var reader = await BatchStream.OpenAsync(service, 2);
        long bytes = (await reader.AskAsync(NotOpen)).CalculateSize() + 5;
        var unread = new List<AsyncDuplexStreamingCall<StreamRequest, StreamReply>>();

        for (int n = 0; n < 4; n++)
        {
            int expected = n;
            unread.Add(await OpenUnreadAsync(service));
            await Wait.UntilAsync(async () => Held(service) == Math.Min(expected + 1, 2) * bytes && await RefusedAsync(service) == Math.Max(expected - 1, 0), $"reply {expected} waits");
            var read = (await reader.AskAsync([1, 2], n + 1, static handle => TestModels.X(handle))).Batch;
            Assert.Equal([(ulong)n + 1, (ulong)n + 1], read.Steps);
            // With two others that wait it is the third large reply, and the one that has waited longest goes.
            Assert.Equal(Handles, (await reader.AskAsync(NotOpen)).Batch.Faults.Count);
        }

        foreach (var call in unread[..3])
            Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default))).StatusCode);
        Assert.True(await unread[3].ResponseStream.MoveNext(default));
        Assert.Equal(Handles, unread[3].ResponseStream.Current.Batch.Faults.Count);
        await Wait.UntilAsync(() => Task.FromResult(Held(service) == 0), "all is read or given back");
        unread.ForEach(static call => call.Dispose());
    }

    [Fact]
    public async Task Stream_OfAPeerThatGoesAway_CountsNoMore()
    {
        await using var service = await RunningService.StartAsync();
        using var peer = await DeafPeerAsync(service);
        var stream = await peer.OpenAsync(Head("Stream"));
        await peer.SendDataAsync(stream, (byte[])[.. Frames.Message(Open.ToByteArray()), .. Frames.Message(new StreamRequest { Batch = NotOpen }.ToByteArray())], end: true);
        await Wait.UntilAsync(() => Task.FromResult(Held(service) > 400_000), "the reply waits");

        peer.Dispose();

        await Wait.UntilAsync(() => Task.FromResult(Held(service) == 0), "it is given back");
    }

    // It is sent after the handler has returned.
    [Fact]
    public async Task UnaryReply_ThatIsNotReadForLongest_IsReset()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxUnreadBytes", "1200000");
        using var peer = await DeafPeerAsync(service);
        var session = await service.Grpc.OpenSessionAsync(new() { Model = "char-lm" });
        int steps = 500_000 / (sizeof(float) * (int)session.OutputSize);
        byte[] request = Frames.Message(new StepRequest { SessionId = session.SessionId, Count = (uint)steps, X = { new float[steps * session.InputSize] } }.ToByteArray());

        var first = await CallAsync(peer, "Step", request);
        await Wait.UntilAsync(() => Task.FromResult(Held(service) > UnreadReplies.FreeBytes), "the first waits");
        long one = Held(service);
        var second = await CallAsync(peer, "Step", request);
        await Wait.UntilAsync(() => Task.FromResult(Held(service) >= 2 * one), "the second waits");
        var third = await CallAsync(peer, "Step", request);

        Assert.Equal(EnhanceYourCalm, (await first.Ended.WaitAsync(Patience)).Reset);
        Assert.InRange(Held(service), 2 * one, 2 * one + 10); // later steps have longer numbers
        Assert.False(second.Ended.IsCompleted || third.Ended.IsCompleted);
        peer.Dispose();
        await Wait.UntilAsync(() => Task.FromResult(Held(service) == 0), "all is given back");
    }

    // A deadline wakes the handler, and leaves what was written where it was.
    [SkippableFact]
    public async Task Stream_WhoseDeadlinePasses_CountsUntilItIsGone()
    {
        Skip.IfNot(GrpcLayer.IsOurs, "Grpc.AspNetCore does not wake a handler that waits for its reply to be taken.");

        await using var service = await RunningService.StartAsync();
        using var peer = await DeafPeerAsync(service);
        var stream = await peer.OpenAsync(Head("Stream", ("grpc-timeout", "500m")));
        await peer.SendDataAsync(stream, (byte[])[.. Frames.Message(Open.ToByteArray()), .. Frames.Message(new StreamRequest { Batch = NotOpen }.ToByteArray())], end: false);
        await Wait.UntilAsync(() => Task.FromResult(Held(service) > 400_000), "the reply waits");

        service.Clock.Advance(TimeSpan.FromSeconds(1));
        await Wait.UntilAsync(async () => (await MetricsAsync(service)).Samples.GetValueOrDefault("lstm_streams") == 0, "the handler has returned");

        Assert.True(Held(service) > 400_000);
        peer.Dispose();
        await Wait.UntilAsync(() => Task.FromResult(Held(service) == 0), "it is given back");
    }

    // HTTP/1.1 cannot reset a stream. The replies are more than the sockets' buffers take.
    [Fact]
    public async Task WebReply_ThatIsNotRead_LosesItsConnection()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxUnreadBytes", "65536");
        byte[] batch = Frames.Message(new StreamRequest { Batch = NotOpen }.ToByteArray());
        using var content = new ByteArrayContent([.. Frames.Message(Open.ToByteArray()), .. Enumerable.Repeat(batch, 50).SelectMany(static one => one)]);
        content.Headers.ContentType = new("application/grpc-web+proto");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/lstm.v1.Inference/Stream", UriKind.Relative)) { Content = content };

        var failure = await Record.ExceptionAsync(async () =>
        {
            using var response = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await Wait.UntilAsync(async () => await RefusedAsync(service) == 1, "the call is refused");
            await (await response.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null);
        });

        Assert.True(failure is IOException or HttpRequestException, $"{failure}");
        Assert.Equal(1, await RefusedAsync(service));
        Assert.Equal(0, Held(service));
    }

    // The outputs of a message are one piece of JSON. Of several requests one after the other, the replies are more than the sockets' buffers take.
    [Fact]
    public async Task RestReply_ThatIsNotRead_LosesItsConnection()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxUnreadBytes", "65536");
        string id = await service.OpenAsync("char-lm");
        int inputs = (int)(await service.Grpc.GetSessionAsync(new() { SessionId = id })).InputSize;
        string row = $"[{string.Join(',', Enumerable.Repeat(0, inputs))}]";
        string body = $$"""{"x": [{{string.Join(',', Enumerable.Repeat(row, 4096))}}]}""";
        string request = $"POST /v1/sessions/{id}:step HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        await socket.ConnectAsync(IPAddress.Loopback, service.Http.BaseAddress!.Port); // Set where it is made.

        var sent = Record.ExceptionAsync(async () => await socket.SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, 8)))));

        await Wait.UntilAsync(async () => await RefusedAsync(service, "http") == 1, "the request is refused");
        await sent;
        Assert.Equal(0, Held(service));
        byte[] taken = new byte[1 << 16];
        await Record.ExceptionAsync(async () =>
        {
            while (await socket.ReceiveAsync(taken) > 0)
            {
            }
        }).WaitAsync(Patience);
    }

    private static async Task<AsyncDuplexStreamingCall<StreamRequest, StreamReply>> OpenUnreadAsync(RunningService service)
    {
        var call = service.Grpc.Stream();
        await call.RequestStream.WriteAsync(Open);
        Assert.True(await call.ResponseStream.MoveNext(default));
        await call.RequestStream.WriteAsync(new() { Batch = NotOpen });
        return call;
    }

    private static Task<PeerConnection> DeafPeerAsync(RunningService service) => PeerConnection.ConnectAsync(new Uri($"http://127.0.0.1:{service.GrpcPort}"), window: 1000);

    private static async Task<PeerStream> CallAsync(PeerConnection peer, string method, byte[] message)
    {
        var stream = await peer.OpenAsync(Head(method));
        await peer.SendDataAsync(stream, message, end: true);
        return stream;
    }

    private static byte[] Head(string method, params (string, string)[] more) => Frames.Block([.. Frames.CallHead($"/lstm.v1.Inference/{method}"), .. more]);

    private static long Held(RunningService service) => service.Services.GetRequiredService<UnreadReplies>().Bytes;

    private static async Task<double> RefusedAsync(RunningService service, string face = "grpc") =>
        (await MetricsAsync(service)).Samples.GetValueOrDefault($"lstm_refusals_total{{lstm_face=\"{face}\",lstm_reason=\"QUEUE_FULL\"}}");

    private static async Task<PrometheusText> MetricsAsync(RunningService service) =>
        PrometheusText.Parse(await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
}
