using Lstm.Cli.Bench.Service;

namespace Lstm.Cli.Bench.Lanes;

/// <summary>Lets the contenders of one model take turns, so that a noisy moment of the machine does not hit one of them alone.</summary>
internal static class LanesBench
{
    // For the runtime to compile for good.
    private const int WarmUps = 5;

    /// <summary>Measures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">How.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>One lane; several of one scheduler; several with a scheduler each.</returns>
    public static async Task<IReadOnlyList<LanesResult>> RunAsync(BenchModel model, LanesPlan plan, CancellationToken cancellation)
    {
        LaneContender[] contenders = [new(model, 1, 1, plan.Callers), new(model, 1, plan.Lanes, plan.Callers), new(model, plan.Lanes, 1, plan.Callers)];
        double[][] speeds = [.. contenders.Select(_ => new double[plan.Rounds])];
        double[][] costs = [.. contenders.Select(_ => new double[plan.Rounds])];
        for (int round = -WarmUps; round < plan.Rounds; round++)
        {
            for (int n = 0; n < contenders.Length; n++)
            {
                cancellation.ThrowIfCancellationRequested();
                var turn = await contenders[n].TurnAsync(plan.Slice);
                if (round >= 0)
                    (speeds[n][round], costs[n][round]) = turn;
            }
        }

        return [.. contenders.Select((contender, n) =>
        {
            double[] ratios = [.. speeds[n].Zip(speeds[0], static (some, one) => some / one).Order()];
            return new LanesResult(
                model.Name, contender.Lanes, contender.Schedulers, Median([.. speeds[n].Order()]), Median(ratios), ratios[0], ratios[^1], Median([.. costs[n].Order()]), contender.Width);
        })];
    }

    private static double Median(double[] ordered) => ordered[ordered.Length / 2];
}
