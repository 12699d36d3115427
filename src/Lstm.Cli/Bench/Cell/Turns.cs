using System.Diagnostics;

namespace Lstm.Cli.Bench.Cell;

/// <summary>Lets contenders take turns, so that a noisy moment of the machine does not hit one of them alone.</summary>
/// <param name="plan">How long and how often.</param>
internal sealed class Turns(CellPlan plan)
{
    /// <summary>Measures.</summary>
    /// <param name="contenders">What to time.</param>
    /// <returns>For each contender the microseconds of a call in each round.</returns>
    public double[][] Measure(IReadOnlyList<Action> contenders)
    {
        foreach (Action contender in contenders)
        {
            Turn(contender, plan.WarmUp / 25);
        }
        double[][] times = [.. contenders.Select(_ => new double[plan.Rounds])];
        for (int round = 0; round < plan.Rounds; round++)
        {
            for (int n = 0; n < contenders.Count; n++)
            {
                // The contender before has pushed this one's weights out of the caches; a server in its stride has them there.
                Turn(contenders[n], plan.Slice / 3);
                times[n][round] = Turn(contenders[n], plan.Slice);
            }
        }
        return times;
    }

    private static double Turn(Action contender, TimeSpan length)
    {
        long calls = 0;
        int burst = 1;
        long start = Stopwatch.GetTimestamp();
        TimeSpan took;
        do
        {
            for (int n = 0; n < burst; n++)
            {
                contender();
            }
            calls += burst;
            took = Stopwatch.GetElapsedTime(start);
            // So many calls that looking at the clock costs nothing.
            burst = took < length / 50 ? burst * 2 : burst;
        }
        while (took < length);
        return took.TotalMicroseconds / calls;
    }
}
