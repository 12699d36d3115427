using System.Buffers.Binary;
using Grpc.Core;
using Lstm.Cli.Bench.Http2;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;
using Lstm.HostilePeers.Wire;
using Xunit.Abstractions;

namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>Random calls over valid HTTP/2: each has to end as the documents say, worked out beforehand from its bytes.</summary>
[Collection(nameof(MemoryTests))]
public sealed class CallFuzzTests(ITestOutputHelper output)
{
    private const int Calls = 4000;
    private const int AtTheSameTime = 16;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Call_OfRandomBytes_EndsAsPredicted()
    {
        int? single = Setting.Read("LSTM_CALL");
        int count = single is null ? Setting.Read("LSTM_CALLS") ?? Calls : 1;
        int first = single ?? Environment.TickCount & 0xfffffff;
        output.WriteLine($"calls {first} to {first + count - 1}; LSTM_CALL=SEED sends one of them again");
        await using var server = await ProbeServer.StartAsync(options => options.MaxReceiveMessageSize = RandomMessage.Limit);
        using var active = new ActiveCalls(server);
        using var peer = await PeerConnection.ConnectAsync(new Uri(server.Address));
        var faults = new List<string>();
        var ends = new Dictionary<string, int>();

        for (int n = 0; n < count; n += AtTheSameTime)
        {
            int[] seeds = [.. Enumerable.Range(first + n, Math.Min(AtTheSameTime, count - n))];
            foreach (var (end, fault) in await Task.WhenAll(seeds.Select(seed => SendAsync(peer, seed))))
            {
                ends[end] = ends.GetValueOrDefault(end) + 1;
                if (fault is not null)
                    faults.Add(fault);
            }

            if (peer.Closed.IsCompleted)
            {
                faults.Add($"calls {seeds[0]} to {seeds[^1]}: the connection ended: {await peer.Closed}");
                break;
            }
        }

        output.WriteLine(string.Join(", ", ends.OrderBy(end => end.Key).Select(end => $"{end.Key}: {end.Value}")));
        Assert.True(faults.Count == 0, $"{faults.Count} of {count} calls ended otherwise; LSTM_CALL=SEED sends one again.\n{string.Join('\n', faults.Take(20))}");
        await active.NoneAsync();
        Assert.Empty(server.Errors.Messages);
        if (single is null && count >= Calls)
            Assert.True(ends.Count > 10, "The calls are not as manifold as they should be.");
    }

    private static async Task<(string End, string? Fault)> SendAsync(PeerConnection peer, int seed)
    {
        var call = RandomCall.Draw(seed);
        var fields = Frames.CallHead($"/lstm.grpc.tests.Probe/{call.Method}", call.ContentType).Concat(call.Metadata);
        if (call.Encoding is not null)
            fields = fields.Append(("grpc-encoding", call.Encoding));
        if (call.Timeout is not null)
            fields = fields.Append(("grpc-timeout", call.Timeout));
        bool endsAtOnce = call is { Pieces.Count: 0, Reset: null, EndsByTrailers: false } && seed % 2 == 0;
        var stream = await peer.OpenAsync(Frames.Block(fields), endsAtOnce);
        for (int n = 0; n < call.Pieces.Count; n++)
        {
            bool last = n == call.Pieces.Count - 1 && call is { Reset: null, EndsByTrailers: false } && seed % 2 == 0;
            await (call.IsPadded ? peer.SendAsync(Padded(stream.Id, call.Pieces[n], last)) : peer.SendDataAsync(stream, call.Pieces[n], last));
            endsAtOnce |= last;
        }

        if (call.Reset is { } error)
        {
            await peer.SendAsync(Frames.Number(FrameType.ResetStream, stream.Id, error));
            return ("reset", null); // The server may have answered before, or not at all; that nothing is left of it is asked at the end.
        }

        if (call.EndsByTrailers)
            await peer.SendAsync(Frames.Frame(FrameType.Headers, FrameHeader.EndHeaders | FrameHeader.EndStream, stream.Id, Frames.Block(("x-late", "1"))));
        else if (!endsAtOnce)
            await peer.SendDataAsync(stream, default, end: true);
        var expected = CallOracle.Predict(call);
        StreamEnd end;
        try
        {
            end = await stream.Ended.WaitAsync(Longest);
        }
        catch (TimeoutException)
        {
            return ("none", $"call {seed} ({call}) did not end; expected {expected}");
        }

        var found = end is { Reset: null, Lost: null, HttpStatus: { } http } ? new Expected(http, (StatusCode?)end.GrpcStatus, Replies(end.Body)) : null;
        return (end.ToString(), found?.ToString() == expected.ToString() ? null : $"call {seed} ({call}): expected {expected}, but found {found?.ToString() ?? end.ToString()}");
    }

    // Flow control counts the padding, too; what is sent in one call here is less than any window.
    private static byte[] Padded(int stream, byte[] piece, bool last) =>
        Frames.Frame(FrameType.Data, (byte)(FrameHeader.Padded | (last ? FrameHeader.EndStream : 0)), stream, [3, .. piece, 0, 0, 0]);

    private static List<(string Text, int Count)> Replies(byte[] body)
    {
        var replies = new List<(string, int)>();
        for (int at = 0; at < body.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            var reply = ProbeReply.Parser.ParseFrom(body, at + 5, length);
            replies.Add((reply.Text, reply.Count));
            at += 5 + length;
        }

        return replies;
    }
}
