using System.Diagnostics;
using Lstm.Cli;
using Lstm.Cli.Demo;
using Lstm.Client;

namespace Lstm.LoadTest;

/// <summary>Runs one load against a service.</summary>
internal static class StreamLoad
{
    private static readonly TaxiSeries Series = TaxiSeries.Read(Path.Combine(Installation.Models, "nyc-taxi", "nyc_taxi.csv"));

    /// <summary>Opens the streams, steps all of them for a while, closes them.</summary>
    public static async Task<LoadResult> RunAsync(string address, Load load, TimeSpan time, CancellationToken cancellation)
    {
        LstmClient[] clients = [.. Enumerable.Range(0, load.Connections).Select(_ => LstmClient.Connect(address))];
        LstmStream[] streams = [.. Enumerable.Range(0, load.Streams).Select(i => clients[i % clients.Length].OpenStream(cancellation))];
        LstmSession[] sessions = await Task.WhenAll(streams.Select(stream => stream.OpenSessionAsync("nyc-taxi", cancellation: cancellation)));

        var watch = Stopwatch.StartNew();
        List<long>[] ticks = await Task.WhenAll(sessions.Select(session => Task.Run(() => StepAsync(session, watch, time), cancellation)));
        double seconds = watch.Elapsed.TotalSeconds;

        await Task.WhenAll(sessions.Select(session => session.EndAsync(cancellation)));
        foreach (LstmStream stream in streams)
            await stream.DisposeAsync();
        foreach (LstmClient client in clients)
            client.Dispose();

        long[] all = [.. ticks.SelectMany(list => list).Order()];
        return new LoadResult(all.Length / seconds, Milliseconds(all[all.Length / 2]), Milliseconds(all[(int)(all.Length * 0.99)]));
    }

    private static async Task<List<long>> StepAsync(LstmSession session, Stopwatch watch, TimeSpan time)
    {
        var ticks = new List<long>(1 << 18);
        var x = new float[TaxiSeries.InputSize];
        for (int i = 0; watch.Elapsed < time; i++)
        {
            Series.Input(i % Series.Count, x);
            long sent = Stopwatch.GetTimestamp();
            await session.StepAsync(x);
            ticks.Add(Stopwatch.GetTimestamp() - sent);
        }

        return ticks;
    }

    private static double Milliseconds(long ticks) => ticks * 1e3 / Stopwatch.Frequency;
}
