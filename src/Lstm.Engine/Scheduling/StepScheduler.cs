using System.Diagnostics;

namespace Lstm.Engine.Scheduling;

/// <summary>
/// Runs the steps of many sessions of one model. A step on an idle scheduler runs at once on the caller's thread;
/// what arrives meanwhile runs together as the next batch. No timer, no added delay.
/// </summary>
public sealed class StepScheduler : IThreadPoolWorkItem
{
    private readonly StepSchedulerOptions _options;
    private readonly Action<int, TimeSpan>? _onBatch;
    private readonly StepBatch _batch;
    private readonly Lock _gate = new();
    private readonly Queue<StepRequest> _waiting = new();
    private readonly Stack<StepRequest> _spares = new();
    private readonly List<StepRequest> _running;
    private bool _busy;

    /// <summary>A scheduler for one model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Limits.</param>
    /// <param name="onBatch">Called after every batch: states in it, and how long it ran. Must be quick and must not throw.</param>
    public StepScheduler(Model model, StepSchedulerOptions options, Action<int, TimeSpan>? onBatch = null)
    {
        Model = model;
        _options = options;
        _onBatch = onBatch;
        _batch = model.CreateBatch(options.MaxBatch);
        _running = new List<StepRequest>(options.MaxBatch);
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>Advances one state by <paramref name="count"/> timesteps, all or none.</summary>
    /// <param name="state">A state of the model; the caller sends one request for a state at a time.</param>
    /// <param name="x">[count, input_size]; must not change until the task completes.</param>
    /// <param name="y">[count, output_size]; written before the task completes.</param>
    /// <param name="gates">Empty, or [gate_size]: the gates of the last step.</param>
    /// <param name="count">Number of timesteps, at least 1.</param>
    /// <returns>Completes when the steps are done; await it exactly once.</returns>
    /// <exception cref="ArgumentException">A length differs from the model's, or an integer input is out of range; nothing was stepped.</exception>
    /// <exception cref="QueueFullException">Too many steps wait; nothing was stepped, retry later.</exception>
    public ValueTask StepAsync(ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates = default, int count = 1)
    {
        Check(state, x.Span, y.Length, gates.Length, count);
        StepRequest? queued = null;
        lock (_gate)
        {
            if (_busy)
            {
                if (_waiting.Count >= _options.MaxQueue)
                {
                    throw new QueueFullException(_options.MaxQueue);
                }
                queued = _spares.TryPop(out StepRequest? spare) ? spare : new StepRequest(this);
                queued.Prepare(state, x, y, gates, count);
                _waiting.Enqueue(queued);
            }
            _busy = true;
        }
        if (queued is not null)
        {
            return queued.Task;
        }
        try
        {
            RunAlone(state, x, y, gates, count);
        }
        finally
        {
            // What arrived meanwhile is another thread's work: this caller has its answer.
            if (!TryBecomeIdle())
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs what waits, batch after batch, until nothing does.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            lock (_gate)
            {
                while (_running.Count < _options.MaxBatch && _waiting.TryDequeue(out StepRequest? request))
                {
                    _running.Add(request);
                }
            }
            RunTogether();
        }
        while (!TryBecomeIdle());
    }

    /// <summary>Takes a finished request back.</summary>
    /// <param name="request">The request.</param>
    internal void Recycle(StepRequest request)
    {
        lock (_gate)
        {
            if (_spares.Count < _options.MaxBatch)
            {
                _spares.Push(request);
            }
        }
    }

    private bool TryBecomeIdle()
    {
        lock (_gate)
        {
            _busy = _waiting.Count > 0;
            return !_busy;
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

    private void RunAlone(ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates, int count)
    {
        for (int step = 0; step < count; step++)
        {
            long start = Stopwatch.GetTimestamp();
            Add(state, x, y, gates, step, count);
            _batch.Run();
            _onBatch?.Invoke(1, Stopwatch.GetElapsedTime(start));
        }
    }

    // Requests of several steps take part in as many rounds.
    private void RunTogether()
    {
        try
        {
            int rounds = 0;
            foreach (StepRequest request in _running)
            {
                rounds = Math.Max(rounds, request.Count);
            }
            for (int step = 0; step < rounds; step++)
            {
                long start = Stopwatch.GetTimestamp();
                foreach (StepRequest request in _running)
                {
                    if (step < request.Count)
                    {
                        Add(request.State, request.X, request.Y, request.Gates, step, request.Count);
                    }
                }
                int width = _batch.Count;
                _batch.Run();
                _onBatch?.Invoke(width, Stopwatch.GetElapsedTime(start));
            }
            foreach (StepRequest request in _running)
            {
                request.Complete();
            }
        }
#pragma warning disable CA1031 // whatever went wrong has to reach the callers, who wait
        catch (Exception e)
        {
            foreach (StepRequest request in _running)
            {
                request.Fail(e);
            }
        }
#pragma warning restore CA1031
        _running.Clear();
    }

    private void Add(ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates, int step, int count)
    {
        ModelInfo info = Model.Info;
        _batch.Add(
            state,
            x.Slice(step * info.InputSize, info.InputSize),
            y.Slice(step * info.OutputSize, info.OutputSize),
            step == count - 1 ? gates : default);
    }
}
