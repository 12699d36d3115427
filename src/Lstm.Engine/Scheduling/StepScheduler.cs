using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Lstm.Engine.Scheduling;

/// <summary>
/// Runs the steps of many sessions of one model. Steps that find a lane idle run at once on the caller's thread; what arrives while all
/// lanes are busy runs together as the next batch, with an equal share for every tenant and, of it, for every caller. No timer, no added delay.
/// </summary>
public sealed class StepScheduler
{
    private readonly StepSchedulerOptions _options;
    private readonly Action<BatchRun>? _onBatch;
    private readonly Lock _gate = new();
    private readonly WaitingJobs _waiting;
    private readonly Stack<StepLane> _idle = new();
    private readonly Stack<StepJob> _spares = new();
    private int _lanes;

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
        _waiting = new WaitingJobs(options.MaxBatch, options.MaxQueue);
        _idle.Push(new StepLane(this, options.MaxBatch, onBatch));
        _lanes = 1;
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
        StepLane? lane;
        lock (_gate)
        {
            lane = TakeIdleLane();
            if (lane is null)
            {
                _waiting.Admit(job);
                return job.Task;
            }
        }
        do
        {
            lane.Run(job);
        }
        while (job.Open > 0 && !HasWaiting());
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
            _waiting.Take(lane.Jobs, lane.Shares);
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
                        _waiting.Add(job);
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
                _waiting.Add(unfinished);
            }
            if (_waiting.IsEmpty)
            {
                _idle.Push(lane);
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(lane, preferLocal: false);
    }

    // Working memory follows the need: a lane is made when all others are busy for the first time.
    private StepLane? TakeIdleLane()
    {
        if (_idle.TryPop(out StepLane? lane) || _lanes == _options.Lanes)
        {
            return lane;
        }
        lane = new StepLane(this, _options.MaxBatch, _onBatch);
        _lanes++;
        return lane;
    }

    private bool HasWaiting()
    {
        lock (_gate)
        {
            return !_waiting.IsEmpty;
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
        Throw.IfLengthDiffers(x.Length, checked(count * info.InputSize), "count × input_size", nameof(x));
        Throw.IfLengthDiffers(outputs, checked(count * info.OutputSize), "count × output_size", "y");
        if (gates != 0)
        {
            Throw.IfLengthDiffers(gates, info.GateSize, "gate_size", nameof(gates));
        }
        for (int step = 0; step < count; step++)
        {
            Throw.IfInputFault(Model.FindInputFault(x.Slice(step * info.InputSize, info.InputSize)));
        }
    }
}
