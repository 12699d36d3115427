using Lstm.Engine.Scheduling;

namespace Lstm.Engine.Tests.Scheduling;

/// <summary>A scheduler whose only lane is held until all jobs wait; then it tells who stepped in which batch.</summary>
internal sealed class BusyScheduler : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Model _model = Model.Load(ShippedModels.NycTaxi);
    private readonly ManualResetEventSlim _entered = new();
    private readonly ManualResetEventSlim _release = new();
    private readonly List<(string Name, StepJob Job, int Open)> _jobs = [];
    private readonly List<Task> _tasks = [];
    private readonly List<string> _batches = [];
    private readonly StepScheduler _scheduler;

    public BusyScheduler(int maxBatch, int maxQueue = 65_536)
    {
        _scheduler = new StepScheduler(_model, new StepSchedulerOptions { MaxBatch = maxBatch, MaxQueue = maxQueue, Lanes = 1 }, _ => Note());
        _tasks.Add(Task.Run(() => _scheduler.StepAsync(_model.CreateState(), new float[5], new float[3]).AsTask()));
        Assert.True(_entered.Wait(Patience));
    }

    /// <summary>Has a job wait.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="sessions">Sessions in it.</param>
    /// <param name="steps">Steps of each.</param>
    /// <param name="name">What it is called in the batches; the tenant unless told.</param>
    public void Add(string tenant, int sessions = 1, int steps = 1, string? name = null)
    {
        StepJob job = Jobs.Create(_model, tenant, sessions, steps);
        ValueTask task = _scheduler.RunAsync(job); // Refused or queued before it returns.
        _jobs.Add((name ?? tenant, job, sessions));
        _tasks.Add(task.AsTask());
    }

    /// <summary>Lets the lane go on until all is done.</summary>
    /// <returns>For each batch whose sessions were done with it, and how many: "a 7, b 1".</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        _release.Set();
        await Task.WhenAll(_tasks).WaitAsync(Patience);
        Assert.All(_jobs, static job => Assert.All(Enumerable.Range(0, job.Job.Count), n => Assert.Null(job.Job.ErrorOf(n))));
        return _batches[1..]; // The first is the step that kept the lane busy.
    }

    public void Dispose()
    {
        _entered.Dispose();
        _release.Dispose();
    }

    private void Note()
    {
        _entered.Set();
        _release.Wait(Patience);
        var done = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int n = 0; n < _jobs.Count; n++)
        {
            (string name, StepJob job, int open) = _jobs[n];
            _jobs[n] = (name, job, job.Open);
            if (open > job.Open)
            {
                done[name] = done.GetValueOrDefault(name) + open - job.Open;
            }
        }
        _batches.Add(string.Join(", ", done.Select(static one => $"{one.Key} {one.Value}")));
    }
}
