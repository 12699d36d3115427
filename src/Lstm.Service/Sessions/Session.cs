using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Options;

namespace Lstm.Service.Sessions;

/// <summary>One stream of timesteps with its state. Requests are served one after the other, in the order of arrival.</summary>
internal sealed partial class Session
{
    private readonly SessionLane _lane;
    private readonly ModelState _state;
    private readonly SessionsOptions _options;
    private readonly TimeProvider _time;
    private readonly LstmMeter _meter;
    private readonly long _createdAt;
    private long _lastStepAt;
    private long _lastUsed;
    private ulong _step;
    private Tombstone? _end;

    /// <summary>A session from the state that the network starts from.</summary>
    /// <param name="id">Its id, checked.</param>
    /// <param name="model">Its model.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="meter">Where its steps are counted.</param>
    public Session(string id, ServedModel model, SessionsOptions options, TimeProvider time, LstmMeter meter)
    {
        Id = id;
        Model = model;
        _options = options;
        _time = time;
        _meter = meter;
        _lane = new(options.MaxWaitingPerSession);
        _state = model.Model.CreateState();
        _createdAt = time.GetUtcNow().UtcTicks;
        _lastUsed = time.GetTimestamp();
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>Its model.</summary>
    public ServedModel Model { get; }

    /// <summary>Steps done.</summary>
    public ulong Step => Volatile.Read(ref _step);

    /// <summary>Why it ended, or null while it lives.</summary>
    public Tombstone? End => Volatile.Read(ref _end);

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
            var values = new float[Model.StateSize];
            _state.CopyTo(values);
            return Describe() with { State = values };
        }
        finally
        {
            _lane.Leave();
        }
    }

    /// <summary>Notes that a client uses it, which puts off its expiry.</summary>
    public void Touch() => Volatile.Write(ref _lastUsed, _time.GetTimestamp());

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
            _lane.Leave();
        }
    }

    /// <summary>Ends it if nobody has used it for too long.</summary>
    /// <param name="ended">As in <see cref="EndAsync"/>.</param>
    /// <returns>Whether it ended.</returns>
    public bool TryExpire(Action<Session, Tombstone> ended)
    {
        if (!IsIdle() || !_lane.TryEnter())
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
            _lane.Leave();
        }
    }

    private bool IsIdle() => _time.GetElapsedTime(Volatile.Read(ref _lastUsed)) >= _options.IdleTimeout;

    private void Finish(SessionEndCause cause, Action<Session, Tombstone> ended)
    {
        var end = new Tombstone(Id, Model.Name, Step, cause, _time.GetUtcNow(), _options.IdleTimeout);
        Volatile.Write(ref _end, end);
        ended(this, end);
    }

    private ValueTask EnterAsync()
    {
        if (!_lane.TryEnterOrWait(out var entered))
            throw Throw.QueueFull($"session '{Id}'", _lane.MaxWaiting, "Lstm:Sessions:MaxWaitingPerSession");
        if (!entered.IsCompletedSuccessfully)
            return EnterLaterAsync(entered);
        LeaveIfEnded();
        return ValueTask.CompletedTask;
    }

    private async ValueTask EnterLaterAsync(ValueTask entered)
    {
        await entered;
        LeaveIfEnded();
    }

    private void LeaveIfEnded()
    {
        if (End is not { } end)
            return;
        _lane.Leave();
        throw end.ToException();
    }
}
