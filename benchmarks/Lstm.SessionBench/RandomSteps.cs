using System.Diagnostics;
using Lstm.Service.Models;
using Lstm.Service.Sessions;

namespace Lstm.SessionBench;

/// <summary>Steps random sessions, one at a time or many together.</summary>
internal sealed class RandomSteps(ServedModel model, Session[] sessions)
{
    private readonly StepGroup _group = new();
    private readonly float[] _x = [.. Enumerable.Range(0, model.InputSize).Select(static n => n == 0 ? 10_844f : 0.5f)];
    private readonly Random _random = new(1);

    /// <summary>Times steps, by the processor's time: what others do on the machine does not count.</summary>
    /// <param name="among">Among how many sessions.</param>
    /// <param name="together">How many at once.</param>
    /// <param name="steps">How many in all.</param>
    /// <returns>Nanoseconds per step.</returns>
    public double Time(int among, int together, int steps)
    {
        // Which ones is drawn before the clock starts, without looking at the sessions; none is twice in a batch.
        int[] order = [.. Enumerable.Range(0, among)];
        _random.Shuffle(order);
        int done = 0;
        var used = Environment.CpuUsage.TotalTime;
        for (int n = 0; done < steps; n = n + (2 * together) <= among ? n + together : 0, done += together)
            Step(order.AsSpan(n, together));
        return (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / done;
    }

    /// <summary>Measures what steps allocate.</summary>
    /// <returns>Bytes per step.</returns>
    public double AllocatedPerStep()
    {
        const int steps = 1000;
        int[] order = [0];
        Step(order);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int n = 0; n < steps; n++)
            Step(order);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)steps;
    }

    private void Step(ReadOnlySpan<int> which)
    {
        _group.Clear();
        foreach (int n in which)
            _group.Add(new() { Session = sessions[n] }, _x);
        var run = _group.RunAsync();
        Debug.Assert(run.IsCompleted, "nobody else steps, so everything runs on this thread");
        run.GetAwaiter().GetResult();
        for (int n = 0; n < which.Length; n++)
            if (_group[n].Fault is { } fault)
                throw fault;
    }
}
