using System.Diagnostics;
using System.Net.Sockets;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>Runs a load against a transport.</summary>
internal static class EchoRun
{
    /// <summary>Sends and receives for a while, and again when nothing was counted.</summary>
    /// <param name="address">Where the server answers: http://HOST:PORT.</param>
    /// <param name="process">The server's process.</param>
    /// <param name="load">What is sent.</param>
    /// <param name="service">package.Service.</param>
    /// <param name="counted">How long it counts; a little more is run before.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <returns>What came out.</returns>
    /// <exception cref="LoadException">The server refused, ended or answered wrongly, or answered nothing in any run.</exception>
    public static async Task<GrpcFigures> RunAsync(Uri address, int process, EchoLoad load, string service, TimeSpan counted, CancellationToken cancellation)
    {
        var (run, latency) = await CountedRun.RunAsync(
            () => OnceAsync(address, process, load, service, counted, cancellation), static once => once.Run.Messages, counted);
        return GrpcFigures.From(run, latency);
    }

    private static async Task<(Reading Run, LatencyHistogram Latency)> OnceAsync(
        Uri address, int process, EchoLoad load, string service, TimeSpan counted, CancellationToken cancellation)
    {
        using var counters = new ServerCounters(address);
        using var connection = new EchoConnection(address, load, service);
        using CancellationTokenRegistration abort = cancellation.Register(connection.Abort);
        try
        {
            _ = counters.ReadAllocatedBytes(); // The first request takes as long as a short run: it connects, and is compiled.
            var times = LoadTimes.Now(counted);
            Task running = Task.Factory.StartNew(() => connection.Run(times), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Reading before = await ReadAtAsync(times.From, running, process, connection, counters);
            Reading after = await ReadAtAsync(times.To, running, process, connection, counters);
            await running;
            return (after - before, connection.Latency);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new LoadException($"The connection to {address} broke: {e.Message}", e);
        }
    }

    // Clock, processor times and counters are read together, so it does no harm when this thread wakes late.
    private static async Task<Reading> ReadAtAsync(long time, Task running, int process, EchoConnection connection, ServerCounters counters)
    {
        double seconds = (time - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency;
        // The run does not end before the time is over, unless it fails.
        if (seconds > 0 && await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(seconds)), running) is { IsFaulted: true } failed)
            await failed;
        using var server = Process.GetProcessById(process);
        long allocated = counters.ReadAllocatedBytes();
        return new(
            Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, connection.Messages,
            server.TotalProcessorTime.TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds, allocated);
    }
}
