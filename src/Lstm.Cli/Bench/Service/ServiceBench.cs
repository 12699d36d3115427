using Lstm.Cli.Bench.Service.Load;

namespace Lstm.Cli.Bench.Service;

/// <summary>Starts the servers and runs all cases on each of them in turn, so that a noisy minute of the machine does not hit one of them alone.</summary>
/// <param name="settings">How long and how often.</param>
/// <param name="models">What is served.</param>
/// <param name="printer">Told of every run.</param>
internal sealed class ServiceBench(BenchSettings settings, BenchModels models, BenchPrinter printer)
{
    /// <summary>Measures.</summary>
    /// <param name="cases">What; cases of a model stand together, and a case whose rate is a share of the incumbent's load comes after one without a rate.</param>
    /// <param name="cancellation">Breaks off; the servers are stopped.</param>
    /// <returns>The results, in the order of the cases.</returns>
    /// <exception cref="CommandFailedException">A server did not start, refused, ended or answered wrongly.</exception>
    public async Task<IReadOnlyList<BenchResult>> RunAsync(IReadOnlyList<BenchCase> cases, CancellationToken cancellation)
    {
        var servers = new List<BenchServer>();
        try
        {
            foreach (string name in settings.Incumbent ? [BenchServer.Ours, BenchServer.Incumbent] : new[] { BenchServer.Ours })
                servers.Add(await BenchServer.StartAsync(name, models, [.. cases.Select(static c => c.Shape)], cancellation));
            var results = new List<BenchResult>();
            foreach (var group in cases.GroupBy(static c => c.Model))
                results.AddRange(await RunModelAsync(servers, [.. group], cancellation));
            return results;
        }
        finally
        {
            foreach (BenchServer server in servers)
                await server.DisposeAsync();
        }
    }

    private async Task<IEnumerable<BenchResult>> RunModelAsync(List<BenchServer> servers, BenchCase[] cases, CancellationToken cancellation)
    {
        BenchCase[] first = [.. cases.Where(static c => c.ShareOfIncumbent is null)];
        await WarmUpAsync(servers, first, cancellation);
        List<BenchResult> results = await RunCasesAsync(servers, first, cancellation);
        if (settings.Incumbent)
        {
            BenchCase[] rest = [.. cases.Where(static c => c.ShareOfIncumbent is not null).Select(c =>
                c with { Shape = c.Shape with { Rate = Math.Round(results[0].Incumbent!.MessagesPerSecond * c.ShareOfIncumbent!.Value) } })]; // Neither is null here: see both conditions.
            results.AddRange(await RunCasesAsync(servers, rest, cancellation));
        }

        return results;
    }

    private async Task WarmUpAsync(List<BenchServer> servers, BenchCase[] cases, CancellationToken cancellation)
    {
        if (settings.WarmUp == TimeSpan.Zero)
            return;
        foreach (BenchServer server in servers)
        {
            foreach (BenchCase warm in cases)
            {
                printer.WarmUp(server.Name, warm);
                await server.RunAsync(warm.Shape, warm.Model, models, settings.WarmUp / cases.Length, cancellation);
            }
        }
    }

    private async Task<List<BenchResult>> RunCasesAsync(List<BenchServer> servers, BenchCase[] cases, CancellationToken cancellation)
    {
        var runs = new Dictionary<(BenchCase Case, string Server), List<BenchFigures>>();
        for (int run = 1; run <= settings.Runs; run++)
        {
            foreach (BenchCase next in cases)
            {
                // Who goes first changes from run to run.
                foreach (BenchServer server in run % 2 == 1 ? servers : servers.AsEnumerable().Reverse())
                {
                    LoadFigures measured = await server.RunAsync(next.Shape, next.Model, models, settings.Counted, cancellation);
                    var figures = BenchFigures.From(measured);
                    if (!runs.TryGetValue((next, server.Name), out List<BenchFigures>? list))
                        runs.Add((next, server.Name), list = []);
                    list.Add(figures);
                    printer.Run(server.Name, next, run, settings.Runs, figures);
                }
            }
        }

        return [.. cases.Select(c => new BenchResult(c, MedianOf(c, BenchServer.Ours)!, MedianOf(c, BenchServer.Incumbent)))]; // Ours is always measured.

        BenchFigures? MedianOf(BenchCase which, string server) => runs.TryGetValue((which, server), out List<BenchFigures>? list) ? BenchFigures.Median(list) : null;
    }
}
