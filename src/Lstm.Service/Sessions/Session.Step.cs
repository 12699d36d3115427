using System.Globalization;
using System.Runtime.InteropServices;
using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Models;

namespace Lstm.Service.Sessions;

/// <content>
/// Each step exactly once, whatever is sent again. A <see cref="StepGroup"/> enters the session, lets it judge a message, runs the model, and lets
/// it commit and answer. The last message, for retries, lies beside the state when it was one step; chunks and gates are kept in the extras.
/// </content>
internal sealed partial class Session
{
    /// <summary>Where the engine finds the state; for who has entered.</summary>
    public StateRow Row => new(_slab, _row, _extras?.Context);

    /// <summary>Judges a message: may it step, is it the last one again, or what is wrong with it?</summary>
    /// <param name="entry">The message; receives count and whether it is a replay.</param>
    /// <param name="x">Its input.</param>
    /// <returns>
    /// INPUT_SHAPE, INPUT_NOT_FINITE, INPUT_RANGE, CHUNK_TOO_LARGE, STEP_GAP, STEP_TOO_OLD, STEP_CONFLICT, GATES_NOT_KEPT, or why the session
    /// ended; null when the message is fine.
    /// </returns>
    public LstmException? Judge(ref StepEntry entry, ReadOnlySpan<float> x)
    {
        if (End is { } end)
            return end.ToException();
        if (entry.AskedCount > (uint)_home.Options.MaxStepsPerMessage)
            return Throw.ChunkTooLarge(entry.AskedCount, _home.Options.MaxStepsPerMessage);
        entry.Count = entry.AskedCount == 0 ? 1 : (int)entry.AskedCount;
        return FindInputFault(entry, x) ?? JudgeNumber(ref entry, x);
    }

    /// <summary>Gets ready to keep a message that is more than one step; after this nothing of a commit can fail.</summary>
    /// <param name="entry">The message, judged.</param>
    /// <param name="x">Its input.</param>
    public void Prepare(in StepEntry entry, ReadOnlySpan<float> x)
    {
        if (IsOneStep(entry))
            return;
        var message = Extras.Next ??= new();
        message.Step = _step + 1;
        message.Count = entry.Count;
        message.X.Resize(entry.Count * Model.InputWords);
        CopyInput(x, message.X.Span);
        message.Y.Resize(entry.Count * Model.OutputWords);
        message.Gates.Resize(entry.WantGates ? Model.GateSize : 0);
    }

    /// <summary>Notes that a message was stepped.</summary>
    /// <param name="entry">The message.</param>
    /// <param name="x">Its input.</param>
    /// <param name="y">What came out.</param>
    /// <param name="gates">The gates of the last step, when wanted.</param>
    /// <param name="now">The time, in UTC ticks.</param>
    public void Commit(in StepEntry entry, ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> gates, long now)
    {
        if (IsOneStep(entry))
        {
            CopyInput(x, LastX);
            y.CopyTo(LastY);
            if (_extras is { } extras)
                extras.Last = extras.Next = null;
        }
        else if (Extras.Next is { } message)
        {
            y.CopyTo(message.Y.Span);
            gates.CopyTo(message.Gates.Span);
            (Extras.Last, Extras.Next) = (message, Extras.Last);
        }

        Volatile.Write(ref _step, _step + (ulong)entry.Count);
        Volatile.Write(ref _lastStepAt, now);
    }

    /// <summary>Gives what is known after the message: of a replay what came out the first time, and the state.</summary>
    /// <param name="entry">The message.</param>
    /// <param name="y">Receives the outputs of a replay.</param>
    /// <param name="gates">Receives the gates of a replay, when wanted.</param>
    /// <param name="state">Receives the state, when wanted.</param>
    /// <param name="used">The time, as <see cref="TimeProvider.GetTimestamp"/> says.</param>
    public void Answer(ref StepEntry entry, Span<float> y, Span<float> gates, Span<float> state, long used)
    {
        Volatile.Write(ref _lastUsed, used);
        entry.DoneStep = _step - (ulong)entry.Count + 1;
        if (entry.Replayed)
        {
            (_extras?.Last is { } last ? last.Y.Span : LastY).CopyTo(y);
            if (!gates.IsEmpty && _extras?.Last is { } withGates)
                withGates.Gates.Span.CopyTo(gates);
        }

        if (!state.IsEmpty)
            State.CopyTo(state);
    }

    private bool IsOneStep(in StepEntry entry) => entry.Count == 1 && !(entry.WantGates && Model.GateSize > 0);

    // What is kept is exact, however it came: the same input is the same again in either form.
    private void CopyInput(ReadOnlySpan<float> x, Span<float> kept)
    {
        if (x.Length == kept.Length)
            x.CopyTo(kept);
        else
            InputRows.Widen(Model, x, kept);
    }

    private LstmException? FindInputFault(in StepEntry entry, ReadOnlySpan<float> x)
    {
        int inputSize = Model.InputSize;
        int words = entry.IsExact ? Model.InputWords : inputSize;
        if (x.Length != (long)entry.Count * words)
            return Throw.InputShape(Model.Name, entry.Count, inputSize, x.Length);
        if (words == inputSize && FiniteFloats.FindOther(x) is var i and >= 0)
            return Throw.InputNotFinite(Model.Name, i / inputSize, i % inputSize, x[i]);
        for (int row = 0; row < entry.Count; row++)
        {
            var values = x.Slice(row * words, words);
            if (words > inputSize && FiniteFloats.FindOther(values[..inputSize]) is var at and >= 0)
                return Throw.InputNotFinite(Model.Name, row, at, values[at]);
            if (Model.Model.FindInputFault(values) is { } fault)
                return Throw.InputRange(Model.Name, row, fault);
        }

        return null;
    }

    private LstmException? JudgeNumber(ref StepEntry entry, ReadOnlySpan<float> x)
    {
        ulong expected = _step + 1;
        if (entry.Step == 0 || entry.Step == expected)
            return null;
        if (entry.Step > expected)
            return Throw.StepGap(Id, expected, entry.Step);
        var kept = _extras?.Last;
        (ulong lastStep, int lastCount) = kept is null ? (_step, _step == 0 ? 0 : 1) : (kept.Step, kept.Count);
        if (entry.Step != lastStep)
            return Throw.StepTooOld(Id, expected, entry.Step, lastStep, lastCount);
        if (FindDifference(entry, x, kept is null ? LastX : kept.X.Span, lastCount) is { } difference)
            return Throw.StepConflict(Id, entry.Step, difference, expected);
        if (entry.WantGates && Model.GateSize > 0 && kept is not { Gates.Length: > 0 })
            return Throw.GatesNotKept(Id, entry.Step);
        entry.Replayed = true;
        return null;
    }

    private string? FindDifference(in StepEntry entry, ReadOnlySpan<float> x, ReadOnlySpan<float> lastX, int lastCount)
    {
        if (entry.Count != lastCount)
            return $"that message had {lastCount} steps, this one has {entry.Count}";
        if (x.Length < lastX.Length)
        {
            var wide = new float[lastX.Length]; // A retry, and one of a model that few have.
            InputRows.Widen(Model, x, wide);
            x = wide;
        }

        // Bits, not values: -0 and 0 are equal as numbers but not the same input.
        int at = MemoryMarshal.Cast<float, int>(lastX).CommonPrefixLength(MemoryMarshal.Cast<float, int>(x));
        if (at == lastX.Length)
            return null;
        int row = at / Model.InputWords * Model.InputWords;
        int integer = Model.InputIntegers.Find(at - row);
        if (integer < 0 || (!entry.IsExact && at - row < Model.InputSize))
            return string.Create(CultureInfo.InvariantCulture, $"x[{at}] was {lastX[at]:R}, now it is {x[at]:R}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"x_integers[{at / Model.InputWords * Model.InputIntegers.Count + integer}] was {Model.InputIntegers.Read(lastX[row..], integer)}, now it is {Model.InputIntegers.Read(x[row..], integer)}");
    }
}
