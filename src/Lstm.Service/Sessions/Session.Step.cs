using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lstm.Engine.Scheduling;
using Lstm.Service.Errors;

namespace Lstm.Service.Sessions;

/// <content>Stepping: each step exactly once, whatever is sent again.</content>
internal sealed partial class Session
{
    // What the last message was, and room for the next. They change places when a step succeeds, so that a
    // refused or failed step leaves the last reply as it was.
    private StepMessage _last = new();
    private StepMessage _next = new();

    /// <summary>Advances the session by the steps of one message, all or none; or gives the reply of the last message again.</summary>
    /// <param name="call">Number, inputs and wishes; receives the reply.</param>
    /// <returns>Completes when the reply is in <paramref name="call"/>.</returns>
    /// <exception cref="LstmException">
    /// INPUT_SHAPE, INPUT_NOT_FINITE, INPUT_RANGE, CHUNK_TOO_LARGE, STEP_GAP, STEP_TOO_OLD, STEP_CONFLICT, GATES_NOT_KEPT, QUEUE_FULL,
    /// or why the session ended. The state is as before.
    /// </exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask StepAsync(StepCall call)
    {
        long start = Stopwatch.GetTimestamp();
        await EnterAsync();
        try
        {
            int count = CheckInput(call);
            call.Replayed = IsReplay(call, count);
            if (!call.Replayed)
            {
                long now = _time.GetUtcNow().UtcTicks;
                var message = Prepare(call, count);
                await Model.Scheduler.StepAsync(_state, message.X.Memory, message.Y.Memory, message.Gates.Memory, count);
                Commit(message, now); // Nothing from here on can fail: what is stepped is committed.
            }

            Touch();
            Answer(call);
        }
        catch (QueueFullException e)
        {
            throw Throw.QueueFull($"model '{Model.Name}'", e.Limit, "Lstm:Models:MaxQueue");
        }
        finally
        {
            _lane.Leave();
        }

        _meter.Stepped(call.DoneCount, call.Replayed, Stopwatch.GetElapsedTime(start), Model.Tag);
    }

    private int CheckInput(StepCall call)
    {
        if (call.Count > (uint)_options.MaxStepsPerMessage)
            Throw.ChunkTooLarge(call.Count, _options.MaxStepsPerMessage);
        int count = call.Count == 0 ? 1 : (int)call.Count;
        int inputSize = Model.InputSize;
        ReadOnlySpan<float> x = call.X.Span;
        if (x.Length != (long)count * inputSize)
            Throw.InputShape(Model.Name, count, inputSize, x.Length);
        for (int i = 0; i < x.Length; i++)
            if (!float.IsFinite(x[i]))
                Throw.InputNotFinite(Model.Name, i / inputSize, i % inputSize, x[i]);
        for (int row = 0; row < count; row++)
            if (Model.Model.FindInputFault(x.Slice(row * inputSize, inputSize)) is { } fault)
                Throw.InputRange(Model.Name, row, fault);
        return count;
    }

    private bool IsReplay(StepCall call, int count)
    {
        ulong expected = _step + 1;
        if (call.Step == 0 || call.Step == expected)
            return false;
        if (call.Step > expected)
            Throw.StepGap(Id, expected, call.Step);
        if (call.Step != _last.Step)
            Throw.StepTooOld(Id, expected, call.Step, _last.Step, _last.Count);
        if (FindDifference(call, count) is { } difference)
            Throw.StepConflict(Id, call.Step, difference, expected);
        if (call.WantGates && _last.Gates.Length == 0 && Model.GateSize > 0)
            Throw.GatesNotKept(Id, call.Step);
        return true;
    }

    private string? FindDifference(StepCall call, int count)
    {
        if (count != _last.Count)
            return $"that message had {_last.Count} steps, this one has {count}";
        // Bits, not values: -0 and 0 are equal as numbers but not the same input.
        var before = MemoryMarshal.Cast<float, int>(_last.X.Span);
        var now = MemoryMarshal.Cast<float, int>(call.X.Span);
        int at = before.CommonPrefixLength(now);
        return at == before.Length
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"x[{at}] was {_last.X.Span[at]:R}, now it is {call.X.Span[at]:R}");
    }

    private StepMessage Prepare(StepCall call, int count)
    {
        var message = _next;
        message.Step = _step + 1;
        message.Count = count;
        message.X.Set(call.X.Span);
        message.Y.Resize(count * Model.OutputSize);
        message.Gates.Resize(call.WantGates ? Model.GateSize : 0);
        return message;
    }

    private void Commit(StepMessage message, long now)
    {
        (_last, _next) = (message, _last);
        Volatile.Write(ref _step, _step + (ulong)message.Count);
        Volatile.Write(ref _lastStepAt, now);
    }

    private void Answer(StepCall call)
    {
        call.DoneStep = _last.Step;
        call.DoneCount = _last.Count;
        call.Y.Set(_last.Y.Span);
        call.Gates.Set(call.WantGates ? _last.Gates.Span : []);
        call.State.Resize(call.WantState ? Model.StateSize : 0);
        if (call.WantState)
            _state.CopyTo(call.State.Span);
    }
}
