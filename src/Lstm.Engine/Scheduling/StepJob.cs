using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Lstm.Engine.Scheduling;

/// <summary>
/// Steps of different sessions that one caller hands over together and waits for together. Belongs to its caller, who fills it again for
/// the next time: nothing is allocated per step. Whoever holds it (caller, queue, lane) has it alone.
/// </summary>
internal sealed class StepJob : IValueTaskSource
{
    // Continuations run elsewhere: the thread that runs batches must not do its callers' work.
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private PendingSteps[] _steps = new PendingSteps[1];
    private float[]?[] _copies = [];
    private int _stateSize;
    private int _next;

    /// <summary>Sessions in it.</summary>
    public int Count { get; private set; }

    /// <summary>Sessions that are not done.</summary>
    public int Open { get; private set; }

    /// <summary>Whose it is; empty: nobody's in particular. Stays when the job is emptied.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>The tenant's job that waits behind it.</summary>
    public StepJob? Next { get; set; }

    /// <summary>Its caller's lane, to be taken modulo the number of lanes; null before the first time. Stays when the job is emptied.</summary>
    public int? Lane { get; set; }

    /// <summary>When it began to wait, as <see cref="Stopwatch.GetTimestamp"/> says.</summary>
    public long WaitingSince { get; set; }

    /// <summary>Completes when no session is open; await it once, and only when the scheduler says that there is something to wait for.</summary>
    public ValueTask Task => new(this, _source.Version);

    /// <summary>Empties the job and gets it ready.</summary>
    /// <param name="model">The model of all the sessions to come.</param>
    public void Begin(Model model)
    {
        Clear();
        if (_stateSize != model.Info.StateSize)
        {
            _copies = [];
        }
        _stateSize = model.Info.StateSize;
    }

    /// <summary>Takes the steps of a session in, checked.</summary>
    /// <param name="state">Its state; at most once in a job.</param>
    /// <param name="x">[count, input_size], or [count, input_words]; must not change until the job is done.</param>
    /// <param name="y">[count, output_size], or [count, output_words].</param>
    /// <param name="gates">Empty, or [gate_size].</param>
    /// <param name="count">Number of timesteps, at least 1.</param>
    public void Add(StateRow state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates, int count)
    {
        Debug.Assert(x.Length % count == 0, "x is [count, input_size], or [count, input_words]");
        Debug.Assert(y.Length % count == 0, "y is [count, output_size], or [count, output_words]");
        if (Count == _steps.Length)
        {
            Array.Resize(ref _steps, 2 * Count);
        }
        _steps[Count] = new PendingSteps { State = state, Working = count == 1 ? state : Copy(state), X = x, Y = y, Gates = gates, Count = count };
        Count++;
        Open++;
    }

    /// <summary>Why a session's steps failed; then its state is as before.</summary>
    /// <param name="session">Its number in the job.</param>
    /// <returns>Null when they are done.</returns>
    public Exception? ErrorOf(int session) => _steps[session].Error;

    /// <summary>Empties the job.</summary>
    public void Clear()
    {
        Array.Clear(_steps, 0, Count);
        Count = Open = _next = 0;
    }

    /// <summary>Begins another round when every session that is not done has had its turn.</summary>
    public void BeginRound()
    {
        while (_next < Count && _steps[_next].Done == _steps[_next].Count)
        {
            _next++;
        }
        _next = _next == Count ? 0 : _next;
    }

    /// <summary>Takes out the next session whose turn it is in this round.</summary>
    /// <param name="session">Its number in the job.</param>
    /// <param name="item">Its next timestep.</param>
    /// <returns>False: the round is over.</returns>
    public bool TryTake(out int session, out StepItem item)
    {
        while (_next < Count)
        {
            session = _next++;
            ref PendingSteps steps = ref _steps[session];
            if (steps.Done < steps.Count)
            {
                item = steps.Count == 1 ? new StepItem(steps.State, steps.X, steps.Y, steps.Gates) : NextOfChunk(in steps);
                return true;
            }
        }
        (session, item) = (0, default);
        return false;
    }

    /// <summary>A timestep was done.</summary>
    /// <param name="session">The session's number in the job.</param>
    public void Advance(int session)
    {
        ref PendingSteps steps = ref _steps[session];
        if (++steps.Done < steps.Count)
        {
            return;
        }
        if (steps.Count > 1)
        {
            steps.Working.Span(_stateSize).CopyTo(steps.State.Span(_stateSize));
        }
        Open--;
    }

    /// <summary>A timestep failed, and all of the session's steps with it.</summary>
    /// <param name="session">The session's number in the job.</param>
    /// <param name="error">Why.</param>
    public void Fail(int session, Exception error)
    {
        ref PendingSteps steps = ref _steps[session];
        steps.Error = error;
        steps.Done = steps.Count;
        Open--;
    }

    /// <summary>Wakes the caller.</summary>
    public void Complete() => _source.SetResult(true);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    public void GetResult(short token)
    {
        _source.GetResult(token);
        _source.Reset();
    }

    private static StepItem NextOfChunk(in PendingSteps steps)
    {
        int x = steps.X.Length / steps.Count;
        int y = steps.Y.Length / steps.Count;
        return new(steps.Working, steps.X.Slice(steps.Done * x, x), steps.Y.Slice(steps.Done * y, y), steps.Done == steps.Count - 1 ? steps.Gates : default);
    }

    // Kept for the next chunk in the same place of the job.
    private StateRow Copy(StateRow state)
    {
        if (_copies.Length <= Count)
        {
            Array.Resize(ref _copies, _steps.Length);
        }
        var copy = new StateRow(_copies[Count] ??= new float[_stateSize], 0, state.Context);
        state.Span(_stateSize).CopyTo(copy.Span(_stateSize));
        return copy;
    }
}
