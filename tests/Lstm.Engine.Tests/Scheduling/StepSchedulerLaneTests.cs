using Lstm.Engine.Scheduling;

namespace Lstm.Engine.Tests.Scheduling;

/// <summary>Callers are spread over lanes, and which jobs go to another lane than their caller's.</summary>
public sealed class StepSchedulerLaneTests : IDisposable
{
    private const int MaxBatch = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Model _model = Model.Load(ShippedModels.NycTaxi);
    private readonly ManualResetEventSlim _entered = new();
    private readonly ManualResetEventSlim _release = new();
    private readonly StepScheduler _scheduler;
    private readonly Task _holder;
    private int _batches;

    // The first batch is on lane 0 and stays there until the test is over.
    public StepSchedulerLaneTests()
    {
        _scheduler = new StepScheduler(_model, new StepSchedulerOptions { MaxBatch = MaxBatch, Lanes = 2 }, _ => Hold());
        _holder = Task.Run(() => Run(lane: 0, sessions: 1));
        Assert.True(_entered.Wait(Patience));
    }

    public void Dispose()
    {
        _release.Set();
        Assert.True(_holder.Wait(Patience));
        _entered.Dispose();
        _release.Dispose();
    }

    [Fact]
    public void RunAsync_LaneIdle_RunsAtOnce() => Assert.True(Run(lane: 1, sessions: 1).IsCompletedSuccessfully);

    [Fact]
    public async Task RunAsync_LaneBusy_WaitsThoughAnotherIsIdle()
    {
        Task waiting = Run(lane: 0, sessions: 1);

        Assert.True(Run(lane: 1, sessions: 1).IsCompletedSuccessfully); // Lane 1 is idle, and stays with its own callers.
        Assert.False(waiting.IsCompleted);
        _release.Set();
        await waiting.WaitAsync(Patience);
    }

    [Fact]
    public void RunAsync_ManySessionsAndLaneBusy_RunsAtOnceOnAnother() => Assert.True(Run(lane: 0, sessions: 8).IsCompletedSuccessfully);

    [Fact]
    public async Task RunAsync_AWholeBatchWaitsForALane_AnotherTakesIt()
    {
        Task[] waiting = [.. Enumerable.Range(0, MaxBatch).Select(_ => Run(lane: 0, sessions: 1))];

        await Task.WhenAll(waiting).WaitAsync(Patience); // Lane 0 is held all the time.
        Assert.False(_holder.IsCompleted);
    }

    [Fact]
    public void RunAsync_CallersWithoutALane_AreSpread()
    {
        StepJob[] jobs = [.. Enumerable.Range(0, 4).Select(_ => Jobs.Create(_model, "", 8, 1))];

        Assert.All(jobs, job => Assert.True(_scheduler.RunAsync(job).AsTask().IsCompletedSuccessfully));
        Assert.Equal([0, 1, 2, 3], jobs.Select(static job => job.Lane));
    }

    private Task Run(int lane, int sessions)
    {
        StepJob job = Jobs.Create(_model, "", sessions, 1);
        job.Lane = lane;
        return _scheduler.RunAsync(job).AsTask();
    }

    private void Hold()
    {
        if (Interlocked.Increment(ref _batches) == 1)
        {
            _entered.Set();
            _release.Wait(Patience);
        }
    }
}
