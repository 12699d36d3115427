using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Models;

namespace Lstm.Service.Sessions;

/// <summary>
/// One stream of timesteps with its state. Requests are served one after the other, in the order of arrival. There may be a million of
/// these: what all share is in <see cref="SessionHome"/>, numbers lie in a row of its slab, and what few need is in <see cref="SessionExtras"/>.
/// </summary>
internal sealed partial class Session
{
    private readonly SessionHome _home;
    private readonly float[] _slab;
    private readonly int _row;
    private readonly long _createdAt;
    private SessionExtras? _extras;
    private long _lastStepAt;
    private long _lastUsed;
    private ulong _step;

    /// <summary>A session from the state that the network starts from.</summary>
    /// <param name="id">Its id, checked.</param>
    /// <param name="home">What it shares with the other sessions of its model.</param>
    /// <param name="start">What it starts from where that depends on what it is given; null for what all start from.</param>
    /// <param name="inputs">What it is given.</param>
    public Session(string id, SessionHome home, ModelState? start = null, IReadOnlyList<SessionInput>? inputs = null)
    {
        Id = id;
        _home = home;
        _createdAt = home.Time.GetUtcNow().UtcTicks;
        _lastUsed = home.Time.GetTimestamp();
        (_slab, _row) = home.States.Rent();
        if (start is null)
            return;
        start.CopyTo(State);
        (Extras.Inputs, Extras.Context) = (inputs ?? [], start.Row.Context);
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>What it shares with the other sessions of its model.</summary>
    public SessionHome Home => _home;

    /// <summary>Its model.</summary>
    public ServedModel Model => _home.Model;

    /// <summary>Steps done.</summary>
    public ulong Step => Volatile.Read(ref _step);

    /// <summary>What it was given when it opened.</summary>
    public IReadOnlyList<SessionInput> Inputs => Volatile.Read(ref _extras)?.Inputs ?? [];

    /// <summary>What it was given and keeps beside its state; null for nothing.</summary>
    public SessionContext? Context => Volatile.Read(ref _extras)?.Context;

    /// <summary>Why it ended, or null while it lives.</summary>
    public Tombstone? End => Volatile.Read(ref _extras)?.End;

    /// <summary>What it is now, without its state.</summary>
    /// <param name="resumed">In the answer to an open: it existed already.</param>
    /// <returns>The facts.</returns>
    public SessionSnapshot Describe(bool resumed = false)
    {
        long lastStepAt = Volatile.Read(ref _lastStepAt);
        return new(Id, Model, Step, new(_createdAt, TimeSpan.Zero), lastStepAt == 0 ? null : new DateTimeOffset(lastStepAt, TimeSpan.Zero), resumed);
    }

    /// <summary>What it is now, with its state; waits for steps under way.</summary>
    /// <returns>The facts and the state after step <see cref="SessionSnapshot.Step"/>.</returns>
    /// <exception cref="LstmException">QUEUE_FULL, or why the session ended.</exception>
    public async ValueTask<SessionSnapshot> DescribeWithStateAsync()
    {
        await EnterAsync();
        try
        {
            return Describe() with { State = State.ToArray(), Kept = Context?.Inputs ?? [] };
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Notes that a client uses it, which puts off its expiry.</summary>
    public void Touch() => Volatile.Write(ref _lastUsed, _home.Time.GetTimestamp());

    /// <summary>Ends it, after the steps that came before.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="ended">Runs before anybody else sees that it ended: moves it from the living to the dead.</param>
    /// <returns>What it was at its end.</returns>
    /// <exception cref="LstmException">QUEUE_FULL, or why the session had ended before.</exception>
    public async ValueTask<SessionSnapshot> EndAsync(SessionEndCause cause, Action<Session, Tombstone> ended)
    {
        await EnterAsync();
        try
        {
            Finish(cause, ended);
            return Describe();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Ends it if nobody has used it for too long.</summary>
    /// <param name="ended">As in <see cref="EndAsync"/>.</param>
    /// <returns>Whether it ended.</returns>
    public bool TryExpire(Action<Session, Tombstone> ended)
    {
        if (!IsIdle() || !TryEnter())
            return false;
        try
        {
            if (End is not null || !IsIdle())
                return false;
            Finish(SessionEndCause.Expired, ended);
            return true;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Gives back what it holds; it never came to life, because its id was taken meanwhile.</summary>
    public void Abandon() => _home.States.Return(_slab, _row);

    private bool IsIdle() => _home.Time.GetElapsedTime(Volatile.Read(ref _lastUsed)) >= _home.Options.IdleTimeout;

    private void Finish(SessionEndCause cause, Action<Session, Tombstone> ended)
    {
        var end = new Tombstone(Id, Model.Name, Step, cause, _home.Time.GetUtcNow(), _home.Options.IdleTimeout);
        Extras.End = end;
        Extras.Last = Extras.Next = null;
        ended(this, end);
        // Whoever enters later sees the end before it looks at the row.
        _home.States.Return(_slab, _row);
    }

    private async ValueTask EnterAsync()
    {
        if (!TryEnterOrWait(out var entered))
            throw TooManyWait();
        await entered;
        if (End is not { } end)
            return;
        Leave();
        throw end.ToException();
    }

    private SessionExtras Extras => Volatile.Read(ref _extras) ?? (Interlocked.CompareExchange(ref _extras, new(), null) ?? _extras);

    private Span<float> State => _slab.AsSpan(_row, _home.States.StateSize);

    private Span<float> LastX => _slab.AsSpan(_row + _home.States.StateSize, _home.States.InputWords);

    private Span<float> LastY => _slab.AsSpan(_row + _home.States.StateSize + _home.States.InputWords, _home.States.OutputWords);
}
