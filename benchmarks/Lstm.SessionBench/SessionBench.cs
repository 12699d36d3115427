using System.Diagnostics;
using System.Globalization;
using Lstm.Service;
using Lstm.Service.Models;
using Lstm.Service.Sessions;

namespace Lstm.SessionBench;

/// <summary>Opens many sessions in the service's own registry, then steps random ones among few and among all, in turns.</summary>
internal static class SessionBench
{
    private const int Few = 1000;
    private const int Rounds = 25;
    private const int WarmUps = 5;
    private const int StepsPerRound = 16_384;
    private const int BatchWidth = 128;

    /// <summary>Measures.</summary>
    /// <param name="count">Sessions.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="progress">Says what is going on.</param>
    /// <returns>The figures.</returns>
    public static SessionReport Run(int count, string model, TextWriter progress)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, Few);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(model));
        using var service = ServiceHost.Build(
        [
            "--models", Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(model)) ?? ".", "--max-sessions", (count + Few).ToString(CultureInfo.InvariantCulture),
            "--Logging:LogLevel:Default", "Warning",
        ]);
        var models = service.Services.GetRequiredService<ModelCatalog>();
        models.LoadAsync(CancellationToken.None).GetAwaiter().GetResult();
        var served = models.Get(name);
        var registry = service.Services.GetRequiredService<SessionRegistry>();
        // Compiles the way of an open before it is timed; these sessions stay, as the few of the comparison.
        for (int n = 0; n < Few; n++)
            Open(registry, name, n);

        progress.WriteLine($"opening {count:N0} sessions ...");
        var sessions = new Session[count];
        long managed = GC.GetTotalMemory(forceFullCollection: true);
        var used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int n = 0; n < count; n++)
            sessions[n] = Open(registry, name, Few + n);
        // On a machine that others use, too, the processor's time says more than the clock on the wall.
        double opensPerProcessorSecond = count / (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        double opensPerSecond = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        long atOnce = ResidentBytes();
        double bytesPerSession = (GC.GetTotalMemory(forceFullCollection: true) - managed) / (double)count;
        long resident = ResidentBytes();

        progress.WriteLine("stepping random sessions ...");
        var steps = new RandomSteps(served, sessions);
        var times = new[] { new List<double>(), [], [], [] };
        for (int round = 0; round < Rounds + WarmUps; round++)
        {
            double[] round4 =
            [
                steps.Time(Few, 1, StepsPerRound), steps.Time(count, 1, StepsPerRound), steps.Time(Few, BatchWidth, StepsPerRound), steps.Time(count, BatchWidth, StepsPerRound),
            ];
            for (int n = 0; n < round4.Length && round >= WarmUps; n++)
                times[n].Add(round4[n]);
        }

        return new(
            name, count, served.Model.Info.StateBytes, bytesPerSession, resident, Math.Max(atOnce, resident), opensPerSecond, opensPerProcessorSecond,
            [.. times.Select(Median)], BatchWidth, steps.AllocatedPerStep());
    }

    private static Session Open(SessionRegistry registry, string model, int n) => registry.Open($"session-{n:00000000}", model, OpenMode.Create, [], out _);

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
