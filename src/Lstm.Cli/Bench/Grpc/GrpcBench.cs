namespace Lstm.Cli.Bench.Grpc;

/// <summary>Runs all loads on all transports in turn, so that a noisy minute of the machine does not hit one of them alone.</summary>
/// <param name="settings">What, how long and how often.</param>
/// <param name="printer">Told of every run.</param>
internal sealed class GrpcBench(GrpcSettings settings, GrpcPrinter printer)
{
    /// <summary>Measures.</summary>
    /// <param name="cancellation">Breaks off; the servers are stopped.</param>
    /// <returns>The results, load by load.</returns>
    /// <exception cref="CommandFailedException">A server did not start, refused, ended or answered wrongly.</exception>
    public async Task<IReadOnlyList<GrpcResult>> RunAsync(CancellationToken cancellation)
    {
        await using GrpcServers servers = await GrpcServers.StartAsync(settings, cancellation);
        await WarmUpAsync(servers, cancellation);
        var runs = new Dictionary<(EchoLoad Load, Transport Transport), List<GrpcFigures>>();
        for (int run = 1; run <= settings.Runs; run++)
        {
            foreach (EchoLoad load in settings.Loads)
            {
                // Who goes first changes from run to run.
                foreach (Transport transport in run % 2 == 1 ? settings.Transports : settings.Transports.Reverse())
                {
                    if (await servers.RunAsync(transport, load, settings.Counted, cancellation) is not { } figures)
                        continue;
                    if (!runs.TryGetValue((load, transport), out List<GrpcFigures>? list))
                        runs.Add((load, transport), list = []);
                    list.Add(figures);
                    printer.Run(load, transport, run, settings.Runs, figures);
                }
            }
        }

        return
        [
            .. from load in settings.Loads
               from transport in settings.Transports
               where runs.ContainsKey((load, transport))
               select new GrpcResult(load, transport, GrpcFigures.Median(runs[(load, transport)])),
        ];
    }

    private async Task WarmUpAsync(GrpcServers servers, CancellationToken cancellation)
    {
        if (settings.WarmUp == TimeSpan.Zero)
            return;
        foreach (EchoLoad load in settings.Loads)
        {
            printer.WarmUp(load);
            foreach (Transport transport in settings.Transports)
                await servers.RunAsync(transport, load, settings.WarmUp / settings.Loads.Count, cancellation);
        }
    }
}
