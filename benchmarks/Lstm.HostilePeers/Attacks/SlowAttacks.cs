using Google.Protobuf;
using Lstm.HostilePeers.Wire;
using Lstm.V1;

namespace Lstm.HostilePeers.Attacks;

/// <summary>Peers that send or read as little as they can, on as many connections and streams as they can.</summary>
internal static class SlowAttacks
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Connections that send preface and head, a byte a second.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task HeadsAsync(Target target, int connections) => OnEachAsync(target, connections, async connection =>
    {
        for (int at = 0; at < Frames.Preface.Length && !connection.Closed.IsCompleted; at++)
        {
            await connection.SendAsync(Frames.Preface.Slice(at, 1).ToArray(), target.Stop);
            await Task.Delay(Second, target.Stop);
        }
    });

    /// <summary>Connections that say nothing at all.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task SilentAsync(Target target, int connections) => OnEachAsync(target, connections, connection => connection.Closed.WaitAsync(target.Stop));

    /// <summary>Calls whose message comes a byte a second.</summary>
    /// <param name="target">The server.</param>
    /// <param name="head">The block of headers.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Calls on each.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task BodiesAsync(Target target, byte[] head, int connections, int streams) => Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
    {
        var connection = await target.ConnectAsync();
        var calls = new List<PeerStream>();
        for (int n = 0; n < streams; n++)
            calls.Add(await connection.OpenAsync(head, cancellation: target.Stop));
        byte[] body = Frames.Message(new byte[1000]);
        try
        {
            for (int at = 0; ; at++)
            {
                foreach (var call in calls)
                    await connection.SendDataAsync(call, body.AsMemory(at, 1), end: false, target.Stop);
                await Task.Delay(Second, target.Stop);
            }
        }
        finally
        {
            foreach (var call in calls)
                target.Tell(call.Ended.IsCompleted ? (await call.Ended).ToString() : "left open");
        }
    }));

    /// <summary>Calls that are opened and left.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Calls on each.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task IdleAsync(Target target, int connections, int streams) =>
        target.HoldAsync(connections, streams, connection => connection.OpenAsync(Requests.Stream, cancellation: target.Stop));

    /// <summary>Calls whose requests are whole and ended, and whose responses are not read.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Calls on each.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task UnreadRepliesAsync(Target target, int connections, int streams) =>
        UnreadAsync(target, Requests.Head("ListModels"), Frames.Message([]), connections, streams);

    /// <summary>Calls that list a thousand sessions, which are opened before, and whose responses are not read.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Calls on each.</param>
    /// <returns>Ends by cancellation.</returns>
    public static async Task UnreadListsAsync(Target target, int connections, int streams)
    {
        const int sessions = 1000;
        var connection = await target.ConnectAsync();
        var stream = await connection.OpenAsync(Requests.Stream, cancellation: target.Stop);
        byte[] opens = [.. Enumerable.Range(1, sessions).SelectMany(handle => Requests.Open(target.Model, (uint)handle))];
        await connection.SendDataAsync(stream, opens, end: true, target.Stop);
        await stream.Ended.WaitAsync(target.Stop);
        byte[] list = Frames.Message(new ListSessionsRequest { PageSize = sessions }.ToByteArray());
        await UnreadAsync(target, Requests.Head("ListSessions"), list, connections, streams);
    }

    private static Task UnreadAsync(Target target, byte[] head, byte[] message, int connections, int streams) =>
        target.HoldAsync(
            connections,
            streams,
            async connection =>
            {
                var stream = await connection.OpenAsync(head, cancellation: target.Stop);
                await connection.SendDataAsync(stream, message, end: true, target.Stop);
                return stream;
            },
            window: 0);

    /// <summary>Streams that step without end, ask for all there is, and read nothing.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections, each with one stream.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task UnreadStreamAsync(Target target, int connections) => target.HoldAsync(
        connections,
        1,
        async connection =>
        {
            var stream = await connection.OpenAsync(Requests.Stream, cancellation: target.Stop);
            await connection.SendDataAsync(stream, Requests.Open(target.Model), end: false, target.Stop);
            var step = new StreamRequest { Step = new() { Handle = 1, WantState = true, WantGates = true } };
            step.Step.X.Add(new float[Cli.Demo.TaxiSeries.InputSize]);
            byte[] message = Frames.Message(step.ToByteArray());
            byte[] many = [.. Enumerable.Repeat(message, 100).SelectMany(one => one)];
            while (!stream.Ended.IsCompleted)
                await connection.SendDataAsync(stream, many, end: false, target.Stop);
            return stream;
        },
        window: 0);

    /// <summary>Streams that open a session, send a batch of handles of which none is open, and read nothing.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Streams on each.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task UnreadFaultsAsync(Target target, int connections, int streams)
    {
        byte[] body = [.. Requests.Open(target.Model), .. Requests.ManyFaults()];
        return target.HoldAsync(
            connections,
            streams,
            async connection =>
            {
                var stream = await connection.OpenAsync(Requests.Stream, cancellation: target.Stop);
                await connection.SendDataAsync(stream, body, end: false, target.Stop);
                return stream;
            },
            window: 0);
    }

    private static Task OnEachAsync(Target target, int connections, Func<PeerConnection, Task> work) => Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
    {
        var connection = await target.ConnectSilentlyAsync();
        try
        {
            await work(connection);
        }
        finally
        {
            target.Tell(connection.Closed.IsCompleted ? $"connection: {await connection.Closed}" : "connection left open");
        }
    }));
}
