using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lstm.Engine;
using Lstm.Engine.Scheduling;
using Lstm.Service.Errors;
using Lstm.Service.Models;

namespace Lstm.Service.Sessions;

/// <summary>
/// Steps of different sessions of one model that were asked for together, and their answers: one request, a message with steps of many
/// sessions, or single requests that arrived together. This is the one way into the model. Each session steps or fails by itself; those that
/// step run in one batch. Belongs to the caller, who uses it again: nothing is allocated per step.
/// </summary>
internal sealed class StepGroup
{
    // More are lent by the pool for one round: a stream that waits for its client keeps some kilobytes.
    private const int MostKept = 256;

    private readonly FloatBuffer _y = new();
    private readonly FloatBuffer _states = new();
    private readonly FloatBuffer _gates = new();
    private readonly StepJob _job = new();
    private StepEntry[] _entries = [];
    private SessionHome? _home;

    /// <summary>Sessions in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whose steps these are; empty: nobody's in particular. Stays when the group is emptied.</summary>
    public string Tenant
    {
        get => _job.Tenant;
        set => _job.Tenant = value;
    }

    /// <summary>Whether all came in one message, which is counted once.</summary>
    public bool IsOneMessage { get; set; }

    /// <summary>The model of its sessions; null when it has none.</summary>
    public ServedModel? Model => _home?.Model;

    /// <summary>Words of a step's outputs, with their whole numbers exactly; 0 when it has no session.</summary>
    public int OutputWords => _home?.Model.OutputWords ?? 0;

    /// <summary>Out: whether a session has not stepped, and its fault says why.</summary>
    public bool HasFaults { get; private set; }

    /// <summary>In: the inputs of all, one after the other.</summary>
    public FloatBuffer X { get; } = new();

    /// <summary>One session's request and answer.</summary>
    /// <param name="n">Its number.</param>
    public ref StepEntry this[int n] => ref _entries[n];

    /// <summary>Out: [count, output_words] of one session.</summary>
    /// <param name="n">Its number.</param>
    /// <returns>Its outputs.</returns>
    public ReadOnlyMemory<float> Y(int n) => _y.Memory.Slice(_entries[n].Y, _entries[n].Count * OutputWords);

    /// <summary>Out: [state_size] of one session when wanted, else empty.</summary>
    /// <param name="n">Its number.</param>
    /// <returns>Its state.</returns>
    public ReadOnlySpan<float> State(int n) => StateOf(_entries[n]);

    /// <summary>Out: [gate_size] of one session when wanted, else empty.</summary>
    /// <param name="n">Its number.</param>
    /// <returns>Its gates.</returns>
    public ReadOnlySpan<float> Gates(int n) => GatesOf(_entries[n]).Span;

    /// <summary>Adds a session's request; its input is to be put into <see cref="X"/>.</summary>
    /// <param name="entry">The request.</param>
    public void Add(in StepEntry entry)
    {
        if (Count == _entries.Length)
            Reserve(Math.Max(1, 2 * Count));
        _home ??= entry.Session?.Home;
        Debug.Assert(entry.Session is null || entry.Session.Home == _home, "all sessions are of one model");
        HasFaults |= entry.Fault is not null;
        _entries[Count++] = entry;
    }

    /// <summary>Makes room for requests, so that it need not grow one after the other.</summary>
    /// <param name="count">How many there will be.</param>
    public void Reserve(int count)
    {
        if (count <= _entries.Length)
            return;
        var more = count > MostKept ? ArrayPool<StepEntry>.Shared.Rent(count) : new StepEntry[count];
        _entries.AsSpan(0, Count).CopyTo(more);
        GiveBack();
        _entries = more;
    }

    /// <summary>Adds one session's request with its input.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="x">[count, input_size].</param>
    public void Add(StepEntry entry, ReadOnlySpan<float> x)
    {
        (entry.X, entry.XLength) = (X.Extend(x.Length), x.Length);
        x.CopyTo(X.Span[entry.X..]);
        Add(entry);
    }

    /// <summary>Adds one session's request with its input, whose whole numbers came apart.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="x">[count, values of the floating-point inputs], or all inputs where there are no integers.</param>
    /// <param name="integers">[count, values of the integer and boolean inputs], or none: all inputs are in x, or model.json's defaults are taken.</param>
    public void Add(StepEntry entry, ReadOnlySpan<float> x, ReadOnlySpan<long> integers)
    {
        // More steps than are allowed are refused later, with no row made of them.
        if (entry.Session is not { } session || entry.AskedCount > (uint)session.Home.Options.MaxStepsPerMessage)
        {
            Add(entry, x);
            return;
        }

        int count = (int)Math.Max(1, entry.AskedCount);
        if (integers.IsEmpty && (integers = session.Model.DefaultIntegers((uint)count, x.Length)).IsEmpty)
        {
            Add(entry, x);
            return;
        }

        try
        {
            InputRows.CheckSizes(session.Model, count, x.Length, integers.Length);
            (entry.X, entry.XLength, entry.IsExact) = (X.Extend(count * session.Model.InputWords), count * session.Model.InputWords, true);
            InputRows.Join(session.Model, count, x, integers, X.Span.Slice(entry.X, entry.XLength), Throw.InputRange);
        }
        catch (LstmException fault)
        {
            (entry.Session, entry.Fault) = (null, fault);
        }

        Add(entry);
    }

    /// <summary>Empties it for the next time.</summary>
    public void Clear()
    {
        if (_entries.Length > MostKept)
            GiveBack();
        else
            Array.Clear(_entries, 0, Count);
        Count = 0;
        IsOneMessage = HasFaults = false;
        _home = null;
        _job.Clear();
        X.Clear();
        _y.Clear();
        _states.Clear();
        _gates.Clear();
    }

    /// <summary>Runs a request of one session and tells its fault, if any, as an exception.</summary>
    /// <returns>Completes when the answer is there.</returns>
    /// <exception cref="LstmException">As <see cref="Session.Judge"/>, or QUEUE_FULL. The state is as before.</exception>
    public async ValueTask RunAloneAsync()
    {
        await RunAsync();
        if (_entries[0].Fault is { } fault)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
    }

    /// <summary>Steps the sessions. Those that are busy elsewhere have their turn after the others: nobody holds a session while waiting for another.</summary>
    /// <returns>Completes when every entry has its answer or its fault.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync()
    {
        if (_home is not { } home)
            return;
        long start = Stopwatch.GetTimestamp();
        (int entered, int waiting) = EnterAll();
        if (entered > 0)
            await RunEnteredAsync(home);
        for (int n = 0; waiting > 0 && n < Count; n++)
        {
            if (!_entries[n].Waits)
                continue;
            if (_entries[n].Session!.TryEnterOrWait(out var turn)) // not null: it was tried to enter
            {
                await turn;
                _entries[n].Entered = true;
                await RunEnteredAsync(home);
            }
            else
                _entries[n].Fault = _entries[n].Session!.TooManyWait(); // not null: as above
        }

        Report(home, Stopwatch.GetElapsedTime(start));
    }

    private (int Entered, int Waiting) EnterAll()
    {
        int entered = 0, waiting = 0;
        foreach (ref var entry in _entries.AsSpan(0, Count))
        {
            if (entry.Session is null)
                continue;
            entry.Entered = entry.Session.TryEnter();
            entry.Waits = !entry.Entered;
            entered += entry.Entered ? 1 : 0;
            waiting += entry.Waits ? 1 : 0;
        }

        return (entered, waiting);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunEnteredAsync(SessionHome home)
    {
        try
        {
            (long now, long used) = (home.Time.GetUtcNow().UtcTicks, home.Time.GetTimestamp());
            Judge(home);
            if (_job.Count > 0)
                await home.Model.Scheduler.RunAsync(_job);
            // Nothing from here on can fail: what is stepped is committed.
            Finish(now, used);
        }
        catch (QueueFullException e)
        {
            FailEntered(e.Share < e.Limit
                ? Throw.TenantsShareFull($"a lane of model '{home.Model.Name}'", e.Limit, e.Share, "Lstm:Models:MaxQueue")
                : Throw.QueueFull($"a lane of model '{home.Model.Name}'", e.Limit, "Lstm:Models:MaxQueue"));
        }
#pragma warning disable CA1031 // whatever went wrong is told for each session that it concerns
        catch (Exception e)
        {
            FailEntered(e);
        }
#pragma warning restore CA1031
        finally
        {
            foreach (ref var entry in _entries.AsSpan(0, Count))
            {
                if (entry.Entered)
                    entry.Session!.Leave(); // not null: it was entered
                entry.Entered = false;
            }
        }
    }

    private void Judge(SessionHome home)
    {
        foreach (ref var entry in _entries.AsSpan(0, Count))
        {
            if (!entry.Entered)
                continue;
            entry.Fault = entry.Session!.Judge(ref entry, XOf(entry).Span); // not null: it was entered
            if (entry.Fault is not null)
                continue;
            entry.Y = _y.Extend(entry.Count * home.Model.OutputWords);
            entry.State = entry.WantState ? _states.Extend(home.Model.StateSize) : 0;
            entry.Gates = entry.WantGates ? _gates.Extend(home.Model.GateSize) : 0;
        }

        // Only now, as the buffers have stopped growing.
        _job.Begin(home.Model.Model);
        foreach (ref var entry in _entries.AsSpan(0, Count))
        {
            entry.Job = -1;
            if (!entry.Entered || entry.Fault is not null || entry.Replayed)
                continue;
            entry.Session!.Prepare(entry, XOf(entry).Span); // not null: it was entered
            entry.Job = _job.Count;
            _job.Add(entry.Session.Row, XOf(entry), YOf(entry), GatesOf(entry), entry.Count);
        }
    }

    private void Finish(long now, long used)
    {
        foreach (ref var entry in _entries.AsSpan(0, Count))
        {
            if (!entry.Entered || entry.Fault is not null)
                continue;
            var session = entry.Session!; // not null: it was entered
            if (entry.Job >= 0)
            {
                entry.Fault = _job.ErrorOf(entry.Job) switch
                {
                    InputRefusedException refusal => Throw.InputRefused(session.Model.Name, refusal),
                    RunTooLongException stop => Throw.RunTooLong(session.Model.Name, stop),
                    var other => other,
                };
                if (entry.Fault is not null)
                    continue;
                session.Commit(entry, XOf(entry).Span, YOf(entry).Span, GatesOf(entry).Span, now);
            }

            session.Answer(ref entry, YOf(entry).Span, GatesOf(entry).Span, StateOf(entry), used);
        }
    }

    private void FailEntered(Exception fault)
    {
        foreach (ref var entry in _entries.AsSpan(0, Count))
            if (entry.Entered)
                entry.Fault ??= fault;
    }

    private void Report(SessionHome home, TimeSpan time)
    {
        int answered = 0, steps = 0, replayed = 0;
        foreach (ref readonly var entry in _entries.AsSpan(0, Count))
        {
            if (entry.Fault is not null)
                continue;
            answered++;
            steps += entry.Replayed ? 0 : entry.Count;
            replayed += entry.Replayed ? entry.Count : 0;
        }

        HasFaults = answered < Count;
        home.Meter.Stepped(IsOneMessage ? Math.Min(1, answered) : answered, steps, replayed, time, home.Model.Tag);
    }

    private void GiveBack()
    {
        Array.Clear(_entries, 0, Count);
        if (_entries.Length > MostKept)
            ArrayPool<StepEntry>.Shared.Return(_entries);
        _entries = [];
    }

    private ReadOnlyMemory<float> XOf(in StepEntry entry) => X.Memory.Slice(entry.X, entry.XLength);

    private Memory<float> YOf(in StepEntry entry) => _y.Memory.Slice(entry.Y, entry.Count * OutputWords);

    private Memory<float> GatesOf(in StepEntry entry) => entry.WantGates && _home is { } home ? _gates.Memory.Slice(entry.Gates, home.Model.GateSize) : default;

    private Span<float> StateOf(in StepEntry entry) => entry.WantState && _home is { } home ? _states.Span.Slice(entry.State, home.Model.StateSize) : default;
}
