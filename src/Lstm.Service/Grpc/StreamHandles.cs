using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lstm.Service.Errors;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Sessions;

namespace Lstm.Service.Grpc;

/// <summary>The sessions of one stream under their handles, and the steps of one round: what runs together and is answered together.</summary>
/// <param name="tenant">Whose stream it is.</param>
internal sealed class StreamHandles(string tenant)
{
    private readonly Dictionary<uint, OpenHandle> _open = [];
    private long _round;

    /// <summary>Handles open.</summary>
    public int Count => _open.Count;

    /// <summary>The steps of this round.</summary>
    public StepGroup Steps { get; } = new() { Tenant = tenant };

    /// <summary>Finds a session.</summary>
    /// <param name="handle">Its handle.</param>
    /// <returns>The session, or null when the handle is not open.</returns>
    public Session? Find(uint handle) => _open.TryGetValue(handle, out var found) ? found.Session : null;

    /// <summary>Opens a free handle.</summary>
    /// <param name="handle">The handle.</param>
    /// <param name="session">Its session.</param>
    public void Open(uint handle, Session session) => _open.Add(handle, new() { Session = session });

    /// <summary>Gives a handle back.</summary>
    /// <param name="handle">The handle.</param>
    public void Close(uint handle) => _open.Remove(handle);

    /// <summary>Begins a round with one request.</summary>
    /// <param name="step">The request.</param>
    public void Begin(StreamMessage step)
    {
        Begin();
        ref var handle = ref Get(step.Handle);
        if (Unsafe.IsNullRef(ref handle))
            Steps.Add(StepEntry.NotOpen(step.Handle, step.Step));
        else
            Add(ref handle, step);
    }

    /// <summary>Takes one more request into the round if it can run together with the others.</summary>
    /// <param name="step">The request.</param>
    /// <returns>False: it has to wait for the next round.</returns>
    public bool TryJoin(StreamMessage step)
    {
        ref readonly var first = ref Steps[0];
        if (first.Session is null || first.AskedCount > 1 || step.Count > 1)
            return false;
        ref var handle = ref Get(step.Handle);
        var model = first.Session.Model;
        if (Unsafe.IsNullRef(ref handle) || handle.Round == _round || handle.Session.Model != model || !IsOneStep(step, model) || Steps.Count >= model.MaxBatch)
            return false;
        Add(ref handle, step);
        return true;
    }

    private static bool IsOneStep(StreamMessage step, Models.ServedModel model) => step.Integers.Length == 0
        ? step.X.Length == model.InputSize || model.LeavesIntegersOut(1, step.X.Length)
        : step.X.Length == model.InputIntegers.FloatCount && step.Integers.Length == model.InputIntegers.Count;

    /// <summary>Begins a round with one message for many sessions.</summary>
    /// <param name="batch">The message.</param>
    /// <param name="limit">Sessions in it at most.</param>
    /// <exception cref="LstmException">BATCH_… or INPUT_SHAPE: nothing may be stepped.</exception>
    public void BeginBatch(StreamMessage batch, int limit)
    {
        Begin();
        int count = batch.Handles.Length;
        if (count == 0)
            throw Throw.BatchEmpty();
        if (count > limit)
            throw Throw.BatchTooLarge(count, limit);
        var handles = batch.Handles.Span;
        var numbers = batch.Steps.Span;
        int inputs = batch.X.Length;
        if (numbers.Length != 0 && numbers.Length != count)
            throw Throw.BatchSteps(count, numbers.Length);
        Steps.IsOneMessage = true;
        Steps.Reserve(count);
        bool hasIntegers = batch.Integers.Length > 0;
        if (!hasIntegers)
            Steps.X.Set(batch.X.Span);
        Models.ServedModel? model = null;
        for (int n = 0; n < count; n++)
        {
            uint number = handles[n];
            ulong step = numbers.IsEmpty ? 0 : numbers[n];
            ref var handle = ref Get(number);
            if (Unsafe.IsNullRef(ref handle))
            {
                Steps.Add(StepEntry.NotOpen(number, step));
                continue;
            }

            if (handle.Round == _round)
                throw Throw.BatchHandleTwice(number);
            handle.Round = _round;
            model ??= handle.Session.Model;
            if (handle.Session.Model != model)
                throw Throw.BatchModelsDiffer(number, handle.Session.Model.Name, model.Name);
            if (hasIntegers)
                Models.InputRows.CheckSizes(model, count, inputs, batch.Integers.Length);
            if (hasIntegers || model.LeavesIntegersOut((uint)count, inputs))
            {
                var sizes = model.InputIntegers;
                Steps.Add(
                    new() { Session = handle.Session, Handle = number, Step = step },
                    batch.X.Span.Slice(n * sizes.FloatCount, sizes.FloatCount), hasIntegers ? batch.Integers.Span.Slice(n * sizes.Count, sizes.Count) : []);
                continue;
            }

            if (inputs != (long)count * model.InputSize)
                throw Throw.BatchInputShape(model.Name, count, model.InputSize, inputs);
            Steps.Add(new() { Session = handle.Session, Handle = number, Step = step, X = n * model.InputSize, XLength = model.InputSize });
        }
    }

    private void Begin()
    {
        Steps.Clear();
        _round++;
    }

    private void Add(ref OpenHandle handle, StreamMessage step)
    {
        handle.Round = _round;
        Steps.Add(
            new() { Session = handle.Session, Handle = step.Handle, Step = step.Step, AskedCount = step.Count, WantState = step.WantState, WantGates = step.WantGates },
            step.X.Span, step.Integers.Span);
    }

    private ref OpenHandle Get(uint handle) => ref CollectionsMarshal.GetValueRefOrNullRef(_open, handle);
}
