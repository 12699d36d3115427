using System.Collections.Concurrent;
using System.Net.Sockets;
using Lstm.HostilePeers.Wire;

namespace Lstm.HostilePeers;

/// <summary>The server under attack, and what it tells the attacker.</summary>
/// <param name="address">Where it answers gRPC.</param>
/// <param name="model">A model that it serves.</param>
/// <param name="stop">The attack's end.</param>
internal sealed class Target(Uri address, string model, CancellationToken stop) : IDisposable
{
    private readonly ConcurrentBag<PeerConnection> _connections = [];

    /// <summary>A model that it serves.</summary>
    public string Model => model;

    /// <summary>Cancelled when the attack is over.</summary>
    public CancellationToken Stop => stop;

    /// <summary>What the attacker was told, and how often.</summary>
    public ConcurrentDictionary<string, int> Told { get; } = new();

    /// <summary>Runs an attack to its end.</summary>
    /// <param name="attack">The attack.</param>
    /// <returns>Never fails for what the server did.</returns>
    public async Task AttackAsync(Attack attack)
    {
        try
        {
            await attack.RunAsync(this);
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            if (e is SocketException refused)
                Tell($"no connection: {refused.SocketErrorCode}");
        }
    }

    /// <summary>Notes an outcome.</summary>
    /// <param name="outcome">What the attacker was told.</param>
    public void Tell(string outcome) => Told.AddOrUpdate(outcome, 1, static (_, count) => count + 1);

    /// <summary>Connects.</summary>
    /// <param name="window">Bytes of each response that the attacker takes.</param>
    /// <returns>The connection, open until the attack is over.</returns>
    public async Task<PeerConnection> ConnectAsync(int window = 1 << 30) => Keep(await PeerConnection.ConnectAsync(address, window, cancellation: stop));

    /// <summary>Connects and says nothing.</summary>
    /// <returns>The connection, open until the attack is over.</returns>
    public async Task<PeerConnection> ConnectSilentlyAsync() => Keep(await PeerConnection.ConnectSilentlyAsync(address, stop));

    /// <summary>Makes calls one after the other on some connections, on new ones when they end, and notes how each call ends.</summary>
    /// <param name="workers">Connections.</param>
    /// <param name="call">Makes a call; the second argument counts them.</param>
    /// <returns>Ends by cancellation.</returns>
    public Task RepeatAsync(int workers, Func<PeerConnection, int, Task<PeerStream>> call) => ForEachAsync(workers, async () =>
    {
        for (int n = 0; ; n++)
        {
            using var connection = await PeerConnection.ConnectAsync(address, cancellation: stop);
            while (!connection.Closed.IsCompleted)
            {
                var stream = await call(connection, n++);
                Tell((await stream.Ended.WaitAsync(stop)).ToString());
            }
        }
    });

    /// <summary>Opens calls on some connections and leaves them open; notes how each ends, or that it is still open when the attack is over.</summary>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Calls on each.</param>
    /// <param name="open">Opens a call.</param>
    /// <param name="window">Bytes of each response that the attacker takes.</param>
    /// <returns>Ends by cancellation.</returns>
    public Task HoldAsync(int connections, int streams, Func<PeerConnection, Task<PeerStream>> open, int window = 1 << 30) => ForEachAsync(connections, async () =>
    {
        var connection = await ConnectAsync(window);
        var held = new List<PeerStream>();
        try
        {
            for (int n = 0; n < streams; n++)
                held.Add(await open(connection));
            await Task.Delay(Timeout.Infinite, stop);
        }
        finally
        {
            foreach (var stream in held)
                Tell(stream.Ended.IsCompleted ? (await stream.Ended).ToString() : "left open");
        }
    });

    /// <summary>Floods some connections, new ones when they end, and notes how each connection ends.</summary>
    /// <param name="workers">Connections at the same time.</param>
    /// <param name="flood">Sends something once; called again and again.</param>
    /// <returns>Ends by cancellation.</returns>
    public Task FloodAsync(int workers, Func<PeerConnection, Task> flood) => ForEachAsync(workers, async () =>
    {
        while (true)
        {
            using var connection = await PeerConnection.ConnectAsync(address, cancellation: stop);
            try
            {
                while (!connection.Closed.IsCompleted)
                    await flood(connection);
            }
            finally
            {
                Tell(connection.Closed.IsCompleted ? $"connection: {await connection.Closed}" : "connection left open");
            }
        }
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Dispose();
    }

    private static Task ForEachAsync(int count, Func<Task> work) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(work)));

    private PeerConnection Keep(PeerConnection connection)
    {
        _connections.Add(connection);
        return connection;
    }
}
