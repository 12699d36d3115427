using System.Globalization;
using System.Runtime.CompilerServices;
using Lstm.Engine.Scheduling;

namespace Lstm.Engine.Tests.Scheduling;

public sealed class WaitingJobsTests
{
    private readonly Model _model = Model.Load(ShippedModels.NycTaxi);

    [Fact]
    public void Tenants_WhoseJobsRan_AreForgotten()
    {
        var waiting = new WaitingJobs(maxBatch: 8, maxQueue: 65_536);

        WeakReference[] names = AddAndTake(waiting, Jobs.Create(_model));

        Assert.Equal(0, waiting.Tenants);
        Assert.True(waiting.IsEmpty);
        GC.Collect();
        Assert.All(names, static name => Assert.False(name.IsAlive));
    }

    [Fact]
    public void AddAndTake_OnceWarm_AllocateNothing()
    {
        var waiting = new WaitingJobs(maxBatch: 8, maxQueue: 65_536);
        StepJob[] queue = [.. Enumerable.Range(0, 24).Select(n => Jobs.Create(_model, n < 8 ? "" : $"tenant {n % 6}"))];
        var (jobs, shares) = (new List<StepJob>(8), new List<TenantShare>(8));

        long before = 0;
        for (int round = 0; round < 1000; round++)
        {
            before = round == 2 ? GC.GetAllocatedBytesForCurrentThread() : before;
            foreach (StepJob job in queue)
            {
                waiting.Admit(job);
            }
            while (!waiting.IsEmpty)
            {
                waiting.Take(jobs, shares);
                jobs.Clear();
                shares.Clear();
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference[] AddAndTake(WaitingJobs waiting, params ReadOnlySpan<StepJob> others)
    {
        var names = new WeakReference[1000];
        for (int n = 0; n < names.Length; n++)
        {
            string name = n.ToString(CultureInfo.InvariantCulture) + " made up";
            names[n] = new WeakReference(name);
            waiting.Admit(Jobs.Create(_model, name));
        }
        foreach (StepJob job in others)
        {
            waiting.Admit(job);
        }
        Assert.Equal(names.Length + others.Length, waiting.Tenants);
        var (jobs, shares) = (new List<StepJob>(), new List<TenantShare>());
        while (!waiting.IsEmpty)
        {
            waiting.Take(jobs, shares);
        }
        Assert.Equal(names.Length + others.Length, jobs.Count);
        return names;
    }
}
