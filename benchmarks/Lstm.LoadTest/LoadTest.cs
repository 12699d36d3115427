using System.Diagnostics;
using Lstm.Cli;
using Lstm.Cli.Hosting;

namespace Lstm.LoadTest;

/// <summary>All measurements, one after the other.</summary>
internal static class LoadTest
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private static readonly Load[] Loads =
    [
        new("one stream", 1, 1),
        new("64 streams, one connection", 64, 1),
        new("64 streams, 64 connections", 64, 64),
    ];

    /// <summary>Measures and writes the report.</summary>
    public static async Task<string> RunAsync(LoadPlan plan, CancellationToken cancellation)
    {
        var startUps = new List<double>();
        var idleMemory = new List<double>();
        for (int i = 0; i < plan.Runs; i++)
        {
            Log($"start {i + 1} of {plan.Runs}");
            var watch = Stopwatch.StartNew();
            await using ServiceProcess service = await ServiceProcess.StartAsync(Installation.Service, Installation.Models, cancellation);
            startUps.Add(watch.Elapsed.TotalMilliseconds);
            await Task.Delay(Idle, cancellation);
            idleMemory.Add(ResidentMegabytes(service.Id));
        }

        await using ServiceProcess loaded = await ServiceProcess.StartAsync(Installation.Service, Installation.Models, cancellation);
        foreach (Load load in Loads)
        {
            Log($"warm-up: {load.Name}");
            await StreamLoad.RunAsync(loaded.GrpcAddress, load, plan.WarmUp, cancellation);
        }

        // The loads take turns, so that a noisy minute of the machine does not hit one of them alone.
        var results = Loads.ToDictionary(load => load, _ => new List<LoadResult>());
        for (int i = 0; i < plan.Runs; i++)
        {
            foreach (Load load in Loads)
            {
                LoadResult result = await StreamLoad.RunAsync(loaded.GrpcAddress, load, plan.Run, cancellation);
                results[load].Add(result);
                Log($"run {i + 1} of {plan.Runs}: {load.Name}: {result.StepsPerSecond:N0} steps/s, p50 {result.P50:0.000} ms, p99 {result.P99:0.000} ms");
            }
        }

        return Report.Write(plan, startUps, idleMemory, results, ResidentMegabytes(loaded.Id));
    }

    private static double ResidentMegabytes(int process)
    {
        using var running = Process.GetProcessById(process);
        return running.WorkingSet64 / 1e6;
    }

    private static void Log(string text) => Console.Error.WriteLine(text);
}
