using Lstm.Service.Errors;

namespace Lstm.Service.Sessions;

/// <content>One request at a time, in the order of arrival. Nothing is allocated unless somebody has to wait.</content>
internal sealed partial class Session
{
    private const int Free = 0;
    private const int Busy = 1;
    private const int BusyAndAwaited = 2;

    private int _lane;

    /// <summary>Enters at once, or not at all.</summary>
    /// <returns>True: call <see cref="Leave"/> later.</returns>
    public bool TryEnter() => Interlocked.CompareExchange(ref _lane, Busy, Free) == Free;

    /// <summary>Enters when everybody before has left.</summary>
    /// <param name="entered">Completes on entering; call <see cref="Leave"/> afterwards.</param>
    /// <returns>False: too many wait already; <paramref name="entered"/> is not to be used.</returns>
    public bool TryEnterOrWait(out ValueTask entered)
    {
        entered = ValueTask.CompletedTask;
        if (TryEnter())
            return true;
        var extras = Extras;
        lock (extras.Gate)
        {
            // It may have been left meanwhile; from busy-and-awaited it goes back only under the gate.
            int found;
            while ((found = Interlocked.CompareExchange(ref _lane, BusyAndAwaited, Busy)) == Free)
                if (TryEnter())
                    return true;
            if (found == BusyAndAwaited && extras.Waiting.Count >= _home.Options.MaxWaitingPerSession)
                return false;
            // Asynchronous continuations: the leaver must not run the next one's step on its own stack.
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            extras.Waiting.Enqueue(turn);
            entered = new(turn.Task);
            return true;
        }
    }

    /// <summary>Lets the next one in.</summary>
    public void Leave()
    {
        if (Interlocked.CompareExchange(ref _lane, Free, Busy) == Busy)
            return;
        var extras = Extras;
        TaskCompletionSource next;
        lock (extras.Gate)
        {
            next = extras.Waiting.Dequeue();
            if (extras.Waiting.Count == 0)
                Volatile.Write(ref _lane, Busy);
        }

        next.SetResult();
    }

    /// <summary>The fault of one who finds too many waiting.</summary>
    /// <returns>QUEUE_FULL.</returns>
    public LstmException TooManyWait() => Throw.QueueFull($"session '{Id}'", _home.Options.MaxWaitingPerSession, "Lstm:Sessions:MaxWaitingPerSession");
}
