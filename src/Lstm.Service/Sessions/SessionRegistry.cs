using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Hosting;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Options;

namespace Lstm.Service.Sessions;

/// <summary>All open sessions: the one way in for every face.</summary>
internal sealed partial class SessionRegistry : IDisposable
{
    private readonly ConcurrentDictionary<string, Session> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ServedModel, SessionHome> _homes = new();
    private readonly Tombstones _ended;
    private readonly Turns _lists;
    private readonly ModelCatalog _models;
    private readonly SessionsOptions _options;
    private readonly SessionInputs _inputs;
    private readonly TimeProvider _time;
    private readonly LstmMeter _meter;
    private readonly ILogger<SessionRegistry> _log;
    private int _count;

    /// <summary>No sessions yet.</summary>
    /// <param name="models">What sessions can run.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="meter">Where sessions are counted.</param>
    /// <param name="log">Where their ends are noted.</param>
    public SessionRegistry(ModelCatalog models, SessionsOptions options, TimeProvider time, LstmMeter meter, ILogger<SessionRegistry> log)
    {
        (_models, _options, _time, _meter, _log) = (models, options, time, meter, log);
        _inputs = new(options);
        _ended = new(options.MaxTombstones);
        _lists = new(running: 0, options.MaxWaitingLists, () => Throw.QueueFull("lists of sessions", options.MaxWaitingLists, "Lstm:Sessions:MaxWaitingLists"));
        meter.ObserveSessions(
            () => _models.Served.Select(static m => new Measurement<long>(m.OpenSessions, m.Tag)),
            () => _models.Served.Select(static m => new Measurement<long>((m.OpenSessions * m.Model.Info.StateBytes) + (m.InputValues * sizeof(float)), m.Tag)));
    }

    /// <summary>Open sessions.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <inheritdoc/>
    public void Dispose() => _lists.Dispose();

    /// <summary>Creates or resumes a session.</summary>
    /// <param name="id">Its id; empty when creating: one is made.</param>
    /// <param name="model">Its model; may be empty when resuming.</param>
    /// <param name="mode">What is allowed.</param>
    /// <param name="inputs">What the model is given once; when resuming nothing, or the same again.</param>
    /// <param name="resumed">Whether it existed already.</param>
    /// <returns>The session.</returns>
    /// <exception cref="LstmException">
    /// INVALID_SESSION_ID, SESSION_EXISTS, SESSION_NOT_FOUND, SESSION_EXPIRED, SESSION_CLOSED, SESSION_MODEL_MISMATCH, SESSION_INPUTS, SESSION_INPUTS_TOO_LARGE,
    /// TOO_MANY_SESSIONS, NOT_STREAMABLE, MODEL_….
    /// </exception>
    public Session Open(string id, string model, OpenMode mode, IReadOnlyList<SessionInput> inputs, out bool resumed)
    {
        if (id.Length == 0 && mode != OpenMode.Resume)
            id = SessionId.Create();
        SessionId.Check(id);
        var spin = default(SpinWait);
        while (true)
        {
            resumed = true;
            if (mode == OpenMode.Resume)
                return Resume(Get(id), model, inputs);
            if (_open.TryGetValue(id, out var existing))
            {
                if (existing.End is not null)
                    spin.SpinOnce(); // It is being moved to the ended ones this very moment.
                else if (mode == OpenMode.Create)
                    throw Throw.SessionExists(id, existing.Model.Name, existing.Step);
                else
                    return Resume(existing, model, inputs);
                continue;
            }

            resumed = false;
            if (TryCreate(id, _models.Get(model), inputs) is { } created)
                return created;
        }
    }

    /// <summary>Finds an open session.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The session.</returns>
    /// <exception cref="LstmException">INVALID_SESSION_ID, SESSION_NOT_FOUND, SESSION_EXPIRED or SESSION_CLOSED.</exception>
    public Session Get(string id)
    {
        if (_open.TryGetValue(id, out var session))
            return session.End is { } end ? throw end.ToException() : session;
        SessionId.Check(id);
        throw _ended.TryGet(id, out var tombstone) ? tombstone.ToException() : Throw.SessionNotFound(id);
    }

    /// <summary>Ends a session at a client's wish, after the steps that came before.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>What it was at its end.</returns>
    /// <exception cref="LstmException">As <see cref="Get"/>, or QUEUE_FULL.</exception>
    public ValueTask<SessionSnapshot> CloseAsync(string id) => CloseAsync(Get(id));

    /// <summary>Ends a session at a client's wish, after the steps that came before.</summary>
    /// <param name="session">This session, not one that took its id later.</param>
    /// <returns>What it was at its end.</returns>
    /// <exception cref="LstmException">QUEUE_FULL, or why it had ended before.</exception>
    public ValueTask<SessionSnapshot> CloseAsync(Session session) => session.EndAsync(SessionEndCause.Closed, OnEnded);

    /// <summary>Ends the sessions that nobody has used for too long.</summary>
    /// <returns>How many ended.</returns>
    public int EndIdle()
    {
        int ended = 0;
        foreach (var (_, session) in _open)
            if (session.TryExpire(OnEnded))
                ended++;
        if (ended > 0)
            _log.SessionsExpired(ended, _options.IdleTimeout);
        return ended;
    }

    private Session Resume(Session session, string model, IReadOnlyList<SessionInput> inputs)
    {
        if (model.Length > 0 && model != session.Model.Name)
            throw Throw.SessionModelMismatch(session.Id, session.Model.Name, model);
        if (SessionInputs.FindOther(session.Inputs, inputs) is { } other)
            throw Throw.SessionInputsDiffer(session.Id, other);
        session.Touch();
        _meter.SessionOpened(resumed: true, session.Model.Tag);
        return session;
    }

    private Session? TryCreate(string id, ServedModel model, IReadOnlyList<SessionInput> inputs)
    {
        if (!model.Model.Info.IsStreamable)
            throw Throw.NotStreamable(model.Name, model.Model.Info.NotStreamable);
        var start = _inputs.Take(model, inputs);
        try
        {
            return TryCreate(id, model, start, inputs) is { } created ? created : NotCreated();
        }
        catch
        {
            NotCreated();
            throw;
        }

        Session? NotCreated()
        {
            _inputs.Return(inputs);
            return null;
        }
    }

    private Session? TryCreate(string id, ServedModel model, ModelState? start, IReadOnlyList<SessionInput> inputs)
    {
        // The place is taken before the session is made, so that the limit holds under concurrent opens.
        if (Interlocked.Increment(ref _count) > _options.MaxSessions)
        {
            Interlocked.Decrement(ref _count);
            throw Throw.TooManySessions(_options.MaxSessions);
        }

        bool added = false;
        Session? session = null;
        try
        {
            session = new Session(id, HomeOf(model), start, inputs);
            added = _open.TryAdd(id, session);
        }
        finally
        {
            if (!added)
            {
                session?.Abandon();
                Interlocked.Decrement(ref _count);
            }
        }

        if (!added)
            return null;
        _ended.Remove(id);
        model.SessionOpened(SessionInputs.Count(inputs));
        _meter.SessionOpened(resumed: false, model.Tag);
        return session;
    }

    private SessionHome HomeOf(ServedModel model) => _homes.GetOrAdd(model, static (m, r) => new(m, r._options, r._time, r._meter), this);

    // Remembered as ended before it is gone, so that no caller finds neither.
    private void OnEnded(Session session, Tombstone tombstone)
    {
        _ended.Add(tombstone);
        _open.TryRemove(new(session.Id, session));
        Interlocked.Decrement(ref _count);
        _inputs.Return(session.Inputs);
        session.Model.SessionEnded(SessionInputs.Count(session.Inputs));
        _meter.SessionEnded(tombstone.Cause, session.Model.Tag);
    }
}
