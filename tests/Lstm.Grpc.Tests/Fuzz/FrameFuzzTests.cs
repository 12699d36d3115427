using System.Collections.Concurrent;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;
using Lstm.HostilePeers.Wire;
using Xunit.Abstractions;

namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>Damaged HTTP/2: whatever arrives, the server goes on to answer others, logs no error, forgets the calls, and stays as small as it was.</summary>
[Collection(nameof(MemoryTests))]
public sealed class FrameFuzzTests(ITestOutputHelper output)
{
    private const int Connections = 2000;
    private const int BetweenChecks = 100;
    private const int AtTheSameTime = 20;

    // Ten times what the pools of connections and requests were seen to keep.
    private const long MostBytesLeft = 32 << 20;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Connection_OfDamagedFrames_HarmsNoOther()
    {
        int? single = Setting.Read("LSTM_FRAME");
        int count = single is null ? Setting.Read("LSTM_FRAMES") ?? Connections : 1;
        int first = single ?? Environment.TickCount & 0xfffffff;
        output.WriteLine($"connections {first} to {first + count - 1}; LSTM_FRAME=SEED sends one of them again");
        var unobserved = new ConcurrentQueue<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception);
        // What tests before this one left behind is not this one's.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await using var server = await ProbeServer.StartAsync();
            using var active = new ActiveCalls(server);
            await AnswersAsync(server, "before");
            long before = GC.GetTotalMemory(forceFullCollection: true);
            var ends = new Dictionary<string, int>();

            for (int n = 0; n < count; n += BetweenChecks)
            {
                int[] seeds = [.. Enumerable.Range(first + n, Math.Min(BetweenChecks, count - n))];
                foreach (int[] together in seeds.Chunk(AtTheSameTime))
                    foreach (string end in await Task.WhenAll(together.Select(seed => SendAsync(server, seed))))
                        ends[end] = ends.GetValueOrDefault(end) + 1;
                string which = $"after connections {seeds[0]} to {seeds[^1]}";
                await AnswersAsync(server, which);
                await active.NoneAsync();
                Assert.True(server.Errors.Messages.IsEmpty, $"{which} the log has: {string.Join('\n', server.Errors.Messages)}");
            }

            output.WriteLine($"{active.Started} calls; {string.Join(", ", ends.OrderBy(end => end.Key).Select(end => $"{end.Key}: {end.Value}"))}");
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostBytesLeft);
            GC.WaitForPendingFinalizers();
            Assert.Empty(unobserved);
            Assert.True(active.Started > count / 10, $"Only {active.Started} calls reached the server.");
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    private static async Task<string> SendAsync(ProbeServer server, int seed)
    {
        var random = new Random(seed);
        using var peer = await PeerConnection.ConnectSilentlyAsync(new Uri(server.Address));
        await peer.SendAsync(FrameDamage.Draw(random));
        if (random.Next(8) == 0)
        {
            peer.Break();
            return "broken by the client";
        }

        // When all was taken, or after a moment when the damage keeps the server waiting: no more will come.
        await Task.WhenAny(peer.Pinged, peer.Closed, Task.Delay(Moment));
        peer.Finish();
        try
        {
            return await peer.Closed.WaitAsync(Longest);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"connection {seed} was not closed");
            throw;
        }
    }

    private static async Task AnswersAsync(ProbeServer server, string when)
    {
        using var raw = new RawClient(server.Address);
        var response = await raw.CallAsync("Unary", new ProbeRequest { Text = when });
        Assert.Equal(StatusCode.OK, response.Status);
        Assert.Equal(when, Assert.Single(response.Replies).Text);
    }
}
