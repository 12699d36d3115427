using System.Diagnostics;
using System.Net.Sockets;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Service.Load;

/// <summary>Runs a load against a server.</summary>
internal static class LoadRun
{
    /// <summary>Runs a load, and again when nothing was counted.</summary>
    /// <param name="address">Where the server answers gRPC: http://HOST:PORT.</param>
    /// <param name="process">The server's process.</param>
    /// <param name="plan">Makes what is sent, for one run.</param>
    /// <param name="counted">How long it counts; a little more is run before.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <returns>What came out; something was counted.</returns>
    /// <exception cref="LoadException">The server refused, ended or answered wrongly, or answered nothing in any run.</exception>
    public static Task<LoadFigures> RunAsync(Uri address, int process, Func<LoadPlan> plan, TimeSpan counted, CancellationToken cancellation) =>
        CountedRun.RunAsync(() => OnceAsync(address, process, plan(), counted, cancellation), static run => run.Messages, counted);

    /// <summary>Opens all sessions, sends and receives for a while, ends all sessions, compares samples of the answers.</summary>
    /// <param name="address">Where the server answers gRPC: http://HOST:PORT.</param>
    /// <param name="process">The server's process.</param>
    /// <param name="plan">What is sent; for one run.</param>
    /// <param name="counted">How long it counts; a little more is run before.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <returns>What came out; maybe nothing was counted.</returns>
    /// <exception cref="LoadException">The server refused, ended or answered wrongly.</exception>
    public static async Task<LoadFigures> OnceAsync(Uri address, int process, LoadPlan plan, TimeSpan counted, CancellationToken cancellation)
    {
        var connections = new List<LoadConnection>();
        try
        {
            for (int n = 0; n < plan.Shape.Connections; n++)
                connections.Add(new LoadConnection(address, plan, n));
            var times = LoadTimes.Now(counted);
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using CancellationTokenRegistration abort = broken.Token.Register(() => connections.ForEach(static c => c.Abort()));
            Task[] running = [.. connections.Select(connection => Task.Factory.StartNew(() => connection.Run(times), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];

            Reading before = await ReadAtAsync(times.From, running, process, connections);
            Reading after = await ReadAtAsync(times.To, running, process, connections);
            // The first failure is the cause; the other connections would wait in vain.
            for (var open = running.ToList(); open.Count > 0;)
            {
                Task ended = await Task.WhenAny(open);
                open.Remove(ended);
                await ended;
            }

            return Figures(before, after, plan, connections);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new LoadException($"The connection to {address} broke: {e.Message}", e);
        }
        finally
        {
            connections.ForEach(static c => c.Dispose());
        }
    }

    // Clock, processor times and counters are read together, so it does no harm when this thread wakes late.
    private static async Task<Reading> ReadAtAsync(long time, Task[] running, int process, List<LoadConnection> connections)
    {
        double seconds = (time - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency;
        // No connection ends before the time is over, unless it fails.
        if (seconds > 0 && await Task.WhenAny([Task.Delay(TimeSpan.FromSeconds(seconds)), .. running]) is { IsFaulted: true } failed)
            await failed;
        using var server = Process.GetProcessById(process);
        (long Steps, long Messages)[] counts = [.. connections.Select(static c => c.Counts)];
        return new(
            Stopwatch.GetTimestamp(), counts.Sum(static c => c.Steps), counts.Sum(static c => c.Messages),
            server.TotalProcessorTime.TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);
    }

    private static LoadFigures Figures(Reading before, Reading after, LoadPlan plan, List<LoadConnection> connections)
    {
        var (latency, lateness) = (new LatencyHistogram(), new LatencyHistogram());
        foreach (LoadConnection connection in connections)
        {
            latency.Add(connection.Latency);
            lateness.Add(connection.Lateness);
        }

        var (compared, difference) = plan.Compare();
        return new(
            (after.Time - before.Time) / (double)Stopwatch.Frequency, after.Steps - before.Steps, after.Messages - before.Messages,
            after.ServerCpu - before.ServerCpu, after.ClientCpu - before.ClientCpu, latency, lateness, compared, difference);
    }

    private sealed record Reading(long Time, long Steps, long Messages, double ServerCpu, double ClientCpu);
}
