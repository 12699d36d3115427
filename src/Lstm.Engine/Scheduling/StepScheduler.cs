using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Lstm.Engine.Scheduling;

/// <summary>
/// Runs the steps of many sessions of one model. Callers are spread over lanes. Steps that find their lane idle run at once on the caller's thread;
/// what arrives while it is busy runs together as its next batch, with an equal share for every tenant and, of it, for every caller. No timer, no added delay.
/// </summary>
public sealed class StepScheduler
{
    // Sessions from which on a job gains little by company.
    private const int Wide = 8;

    private readonly StepSchedulerOptions _options;
    private readonly Action<BatchRun>? _onBatch;
    private readonly Lock _gate = new();
    private readonly StepLane?[] _lanes;
    private readonly Stack<StepJob> _spares = new();
    private int _callers;

    /// <summary>A scheduler for one model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Limits.</param>
    /// <param name="onBatch">Called after every batch, by several threads at once when there are several lanes. Must be quick and must not throw.</param>
    /// <exception cref="NotStreamableException">The model runs whole sequences only.</exception>
    public StepScheduler(Model model, StepSchedulerOptions options, Action<BatchRun>? onBatch = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Lanes, 1);
        Model = model;
        _options = options;
        _onBatch = onBatch;
        _lanes = new StepLane?[options.Lanes];
        _ = LaneAt(0); // Refuses a model that cannot be stepped.
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>Advances one state by <paramref name="count"/> timesteps, all or none.</summary>
    /// <param name="state">A state of the model; the caller sends one request for a state at a time.</param>
    /// <param name="x">[count, input_size]; must not change until the task completes.</param>
    /// <param name="y">[count, output_size]; written before the task completes.</param>
    /// <param name="gates">Empty, or [gate_size]: the gates of the last step.</param>
    /// <param name="count">Number of timesteps, at least 1.</param>
    /// <param name="tenant">Whose steps they are: when many wait, tenants share the batches equally. Empty: nobody's in particular.</param>
    /// <returns>Completes when the steps are done; await it exactly once.</returns>
    /// <exception cref="ArgumentException">A length differs from the model's, or an integer input is out of range; nothing was stepped.</exception>
    /// <exception cref="QueueFullException">Too many steps wait, and the tenant has its share of them; nothing was stepped, retry later.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask StepAsync(
        ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates = default, int count = 1, string tenant = "")
    {
        ArgumentNullException.ThrowIfNull(tenant);
        Check(state, x.Span, y.Length, gates.Length, count);
        StepJob job = Rent();
        try
        {
            job.Begin(Model);
            job.Tenant = tenant;
            job.Lane = RuntimeHelpers.GetHashCode(state) & int.MaxValue; // The job is lent: the state tells its caller.
            job.Add(state.Row, x, y, gates, count);
            await RunAsync(job).ConfigureAwait(false);
            if (job.ErrorOf(0) is { } error)
            {
                ExceptionDispatchInfo.Throw(error);
            }
        }
        finally
        {
            Return(job);
        }
    }

    /// <summary>Advances the checked steps of a job. Its sessions fail one by one: <see cref="StepJob.ErrorOf"/>.</summary>
    /// <param name="job">At least one session.</param>
    /// <returns>Completes when none is open; await it exactly once.</returns>
    /// <exception cref="QueueFullException">Too many steps wait, and the tenant has its share of them; nothing was stepped.</exception>
    internal ValueTask RunAsync(StepJob job)
    {
        Debug.Assert(job.Open > 0, "a job has something to do");
        StepLane lane;
        lock (_gate)
        {
            lane = LaneOf(job);
            if (lane.IsBusy)
            {
                lane.Waiting.Admit(job);
                if (lane.Waiting.Sessions >= _options.MaxBatch && FindIdle() is { } helper)
                {
                    helper.IsBusy = true;
                    ThreadPool.UnsafeQueueUserWorkItem(helper, preferLocal: false);
                }
                return job.Task;
            }
            lane.IsBusy = true;
        }
        do
        {
            lane.Run(job);
        }
        while (job.Open > 0 && !HasWaiting(lane));
        // Is it done? This caller has its answer, and what arrived meanwhile is another thread's work. If not, it takes its turn with the others.
        ValueTask task = job.Open > 0 ? job.Task : ValueTask.CompletedTask;
        Leave(lane, job.Open > 0 ? job : null);
        return task;
    }

    /// <summary>Runs a batch of what waits.</summary>
    /// <param name="lane">A lane that is not idle.</param>
    internal void RunWaiting(StepLane lane)
    {
        lock (_gate)
        {
            WorkOf(lane)?.Take(lane.Jobs, lane.Shares);
        }
        if (lane.Jobs.Count > 0)
        {
            lane.RunJobs();
            foreach (StepJob job in lane.Jobs)
            {
                if (job.Open == 0)
                {
                    job.Complete();
                }
                else
                {
                    lock (_gate)
                    {
                        lane.Waiting.Add(job);
                    }
                }
            }
            lane.Jobs.Clear();
            lane.Shares.Clear();
        }
        Leave(lane, null);
    }

    private void Leave(StepLane lane, StepJob? unfinished)
    {
        lock (_gate)
        {
            if (unfinished is not null)
            {
                lane.Waiting.Add(unfinished);
            }
            if (WorkOf(lane) is null)
            {
                lane.IsBusy = false;
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(lane, preferLocal: false);
    }

    // A job waits for its own lane even when another is idle: that is how batches come about. With as many lanes as threads each thread would find
    // an idle one for each single step otherwise, and nothing would ever run together (./lstm bench lanes). A job that is wide by itself needs no company.
    private StepLane LaneOf(StepJob job)
    {
        job.Lane ??= _callers++ & int.MaxValue;
        StepLane own = LaneAt(job.Lane.GetValueOrDefault() % _lanes.Length);
        return own.IsBusy && job.Open >= Wide && FindIdle() is { } idle ? idle : own;
    }

    private StepLane? FindIdle()
    {
        for (int n = 0; n < _lanes.Length; n++)
        {
            if (_lanes[n] is not { IsBusy: true })
            {
                return LaneAt(n);
            }
        }
        return null;
    }

    // What waits for a lane; when nothing does, what waits for another one, if it is more than that one's next batch can take.
    private WaitingJobs? WorkOf(StepLane lane)
    {
        if (!lane.Waiting.IsEmpty)
        {
            return lane.Waiting;
        }
        foreach (StepLane? other in _lanes)
        {
            if (other?.Waiting.Sessions >= _options.MaxBatch)
            {
                return other.Waiting;
            }
        }
        return null;
    }

    // Working memory follows the need: a lane is made when the first job comes for it.
    private StepLane LaneAt(int n) => _lanes[n] ??= new StepLane(this, _options.MaxBatch, Math.Max(1, _options.MaxQueue / _lanes.Length), _onBatch);

    private bool HasWaiting(StepLane lane)
    {
        lock (_gate)
        {
            return !lane.Waiting.IsEmpty;
        }
    }

    private StepJob Rent()
    {
        lock (_gate)
        {
            return _spares.TryPop(out StepJob? job) ? job : new StepJob();
        }
    }

    private void Return(StepJob job)
    {
        job.Clear();
        job.Tenant = "";
        lock (_gate)
        {
            if (_spares.Count < _options.MaxBatch)
            {
                _spares.Push(job);
            }
        }
    }

    private void Check(ModelState state, ReadOnlySpan<float> x, int outputs, int gates, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Throw.IfOtherModel(Model, state);
        ModelInfo info = Model.Info;
        if (x.Length != (long)count * info.InputWords)
        {
            Throw.IfLengthDiffers(x.Length, checked(count * info.InputSize), "count × input_size", nameof(x));
        }
        if (outputs != (long)count * info.OutputWords)
        {
            Throw.IfLengthDiffers(outputs, checked(count * info.OutputSize), "count × output_size", "y");
        }
        if (gates != 0)
        {
            Throw.IfLengthDiffers(gates, info.GateSize, "gate_size", nameof(gates));
        }
        int row = x.Length / count;
        for (int step = 0; step < count; step++)
        {
            Throw.IfInputFault(Model.FindInputFault(x.Slice(step * row, row)));
        }
    }
}
