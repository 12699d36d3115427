namespace Lstm.Service.Sessions;

/// <summary>Lets one request at a time into a session, in the order of arrival. Allocates only when somebody has to wait.</summary>
/// <param name="maxWaiting">How many may wait.</param>
internal sealed class SessionLane(int maxWaiting)
{
    private readonly Lock _gate = new();
    private Queue<TaskCompletionSource>? _waiting;
    private bool _busy;

    /// <summary>How many may wait.</summary>
    public int MaxWaiting { get; } = maxWaiting;

    /// <summary>Enters at once, or not at all.</summary>
    /// <returns>True: call <see cref="Leave"/> later.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_busy)
                return false;
            _busy = true;
            return true;
        }
    }

    /// <summary>Enters when everybody before has left.</summary>
    /// <param name="entered">Completes on entering; call <see cref="Leave"/> afterwards.</param>
    /// <returns>False: too many wait already; <paramref name="entered"/> is not to be used.</returns>
    public bool TryEnterOrWait(out ValueTask entered)
    {
        lock (_gate)
        {
            entered = ValueTask.CompletedTask;
            if (!_busy)
            {
                _busy = true;
                return true;
            }

            _waiting ??= new();
            if (_waiting.Count >= MaxWaiting)
                return false;
            // Asynchronous continuations: the leaver must not run the next one's step on its own stack.
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            entered = new(turn.Task);
            return true;
        }
    }

    /// <summary>Lets the next one in.</summary>
    public void Leave()
    {
        TaskCompletionSource? next = null;
        lock (_gate)
        {
            if (_waiting is null || !_waiting.TryDequeue(out next))
                _busy = false;
        }

        next?.SetResult();
    }
}
