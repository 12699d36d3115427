using System.Diagnostics;
using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Service;
using Lstm.Cli.Bench.Service.Load;
using Lstm.Cli.Hosting;
using Lstm.Cli;

namespace Lstm.HostilePeers;

/// <summary>One attack on a service of its own, beside a client that behaves: first without, then with the attack.</summary>
internal static class Trial
{
    private const string Model = "nyc-taxi";
    private const int Sessions = 16;
    private const int Streams = 4;

    // In its first seconds a quarter of the server's time is its JIT compiler's.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Runs it.</summary>
    /// <param name="attack">What is done to the server.</param>
    /// <param name="time">How long, and how long it is quiet before.</param>
    /// <param name="rate">Steps a second of the client that behaves.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <returns>What came out.</returns>
    public static async Task<AttackResult> RunAsync(Attack attack, TimeSpan time, double rate, CancellationToken cancellation)
    {
        using var models = new BenchModels([Model]);
        await using var service = await ServiceProcess.StartAsync(Installation.Service, models.Folder, cancellation);
        var process = new ServerProcess(service.Id);
        var address = new Uri(service.GrpcAddress);
        await StepAsync(WarmUp, 10 * rate);
        double quiet = Milliseconds(await StepAsync(time, rate));

        double before = process.Resident;
        double busyBefore = process.ProcessorSeconds;
        long logBefore = new FileInfo(service.LogFile).Length;
        process.Forget();
        var watch = Stopwatch.StartNew();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var target = new Target(address, Model, stop.Token);
        Task attacking = Task.Run(() => target.AttackAsync(attack), CancellationToken.None);
        double? during = null;
        string? fault = null;
        try
        {
            during = Milliseconds(await StepAsync(time, rate));
        }
        catch (LoadException e)
        {
            fault = e.Message;
        }

        await stop.CancelAsync();
        await attacking;
        double cores = (process.ProcessorSeconds - busyBefore) / watch.Elapsed.TotalSeconds;
        return new(
            attack.Name, before, process.Peak, quiet, during, cores, (new FileInfo(service.LogFile).Length - logBefore) / 1e6,
            [.. target.Told.OrderByDescending(outcome => outcome.Value).ThenBy(outcome => outcome.Key, StringComparer.Ordinal)], fault);

        Task<LoadFigures> StepAsync(TimeSpan counted, double perSecond) =>
            LoadRun.OnceAsync(address, service.Id, new LoadPlan(new LoadShape(Sessions, Streams, Rate: perSecond), models[Model]), counted, cancellation);
    }

    private static double Milliseconds(LoadFigures figures) => figures.Latency.Percentile(0.99) / 1e6;
}
