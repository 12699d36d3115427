using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lstm.Engine.Scheduling;

/// <summary>Runs one batch at a time; whoever takes it from the scheduler has it alone.</summary>
internal sealed class StepLane : IThreadPoolWorkItem
{
    private readonly StepScheduler _scheduler;
    private readonly StepBatch _batch;
    private readonly StepItem[] _items;
    private readonly (StepJob Job, int Session)[] _origins;
    private readonly Action<BatchRun>? _onBatch;
    private long _waitingSince;
    private int _count;

    /// <summary>Reserves the working memory.</summary>
    /// <param name="scheduler">Where it belongs.</param>
    /// <param name="maxBatch">The largest number of sessions in one batch.</param>
    /// <param name="maxQueue">Sessions that may wait for it.</param>
    /// <param name="onBatch">Called after every batch.</param>
    public StepLane(StepScheduler scheduler, int maxBatch, int maxQueue, Action<BatchRun>? onBatch)
    {
        _scheduler = scheduler;
        _batch = scheduler.Model.CreateBatch(maxBatch);
        _items = new StepItem[maxBatch];
        _origins = new (StepJob, int)[maxBatch];
        _onBatch = onBatch;
        Jobs = new List<StepJob>(maxBatch);
        Shares = new List<TenantShare>(maxBatch);
        Waiting = new WaitingJobs(maxBatch, maxQueue);
    }

    /// <summary>The jobs that wait for it. The scheduler's lock protects it.</summary>
    public WaitingJobs Waiting { get; }

    /// <summary>Whether somebody runs a batch on it, or is about to. The scheduler's lock protects it.</summary>
    public bool IsBusy { get; set; }

    /// <summary>The jobs that take part in the next batch, those of a tenant side by side.</summary>
    public List<StepJob> Jobs { get; }

    /// <summary>Whose they are, in their order.</summary>
    public List<TenantShare> Shares { get; }

    /// <summary>Runs a batch of a job whose caller did not have to wait.</summary>
    /// <param name="job">The job.</param>
    public void Run(StepJob job)
    {
        _waitingSince = 0;
        job.BeginRound();
        Take(job, _items.Length);
        Run();
    }

    /// <summary>
    /// Runs a batch of <see cref="Jobs"/>: an equal share of a tenant's places for each of its jobs, and what some do not need for those that
    /// came first.
    /// </summary>
    public void RunJobs()
    {
        _waitingSince = long.MaxValue;
        ReadOnlySpan<StepJob> rest = CollectionsMarshal.AsSpan(Jobs);
        foreach (TenantShare tenant in Shares)
        {
            ReadOnlySpan<StepJob> jobs = rest[..tenant.Jobs];
            rest = rest[tenant.Jobs..];
            int end = _count + tenant.Places;
            foreach (StepJob job in jobs)
            {
                _waitingSince = Math.Min(_waitingSince, job.WaitingSince);
                job.BeginRound();
                Take(job, tenant.Places / tenant.Jobs);
            }
            TakeRest(jobs, end);
        }
        // A job at the end of its round has fewer sessions for this batch than it has open.
        TakeRest(CollectionsMarshal.AsSpan(Jobs), _items.Length);
        Run();
    }

    /// <summary>On the thread pool: one batch, then back to the end of the pool's queue, so that other models and requests have their turn.</summary>
    void IThreadPoolWorkItem.Execute() => _scheduler.RunWaiting(this);

    private void Take(StepJob job, int most)
    {
        for (int n = 0; n < most && job.TryTake(out int session, out _items[_count]); n++)
        {
            _origins[_count++] = (job, session);
        }
    }

    private void TakeRest(ReadOnlySpan<StepJob> jobs, int end)
    {
        foreach (StepJob job in jobs)
        {
            Take(job, end - _count);
        }
    }

    private void Run()
    {
        long start = Stopwatch.GetTimestamp();
        ReadOnlySpan<StepItem> items = _items.AsSpan(0, _count);
        try
        {
            _batch.Run(items);
            foreach ((StepJob job, int session) in _origins.AsSpan(0, _count))
            {
                job.Advance(session);
            }
        }
#pragma warning disable CA1031 // whatever went wrong has to reach the callers, who wait
        catch (Exception e)
        {
            if (_count == 1)
            {
                _origins[0].Job.Fail(_origins[0].Session, e);
            }
            else
            {
                RunOneByOne();
            }
        }
#pragma warning restore CA1031
        TimeSpan waited = _waitingSince == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_waitingSince, start);
        _onBatch?.Invoke(new BatchRun(_count, waited, Stopwatch.GetElapsedTime(start)));
        _items.AsSpan(0, _count).Clear();
        _origins.AsSpan(0, _count).Clear();
        _count = 0;
    }

    // The batch failed and changed nothing: who is to blame shows when each runs alone, and the others step.
    private void RunOneByOne()
    {
        for (int n = 0; n < _count; n++)
        {
            (StepJob job, int session) = _origins[n];
            try
            {
                _batch.Run(_items.AsSpan(n, 1));
                job.Advance(session);
            }
#pragma warning disable CA1031 // as above
            catch (Exception e)
            {
                job.Fail(session, e);
            }
#pragma warning restore CA1031
        }
    }
}
