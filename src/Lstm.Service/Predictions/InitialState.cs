using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Sessions;

namespace Lstm.Service.Predictions;

/// <summary>Turns the pieces of a state that a caller sent into a state. All pieces or none: what is missing is never made up.</summary>
/// <param name="inputs">Checks what models are given once.</param>
internal sealed class InitialState(SessionInputs inputs)
{
    // A shape with a few axes too many is told by its piece's name, once it is read.
    private const int FewAxes = 8;

    /// <summary>Refuses more pieces than a state has, before they are read.</summary>
    /// <param name="served">The model.</param>
    /// <param name="pieces">How many there are.</param>
    /// <param name="sequence">Which sequence of the request, from 0, for the message.</param>
    /// <exception cref="LstmException">INITIAL_STATE.</exception>
    public static void CheckCount(ServedModel served, int pieces, int sequence)
    {
        var slices = served.Model.Info.States;
        if (pieces > slices.Count + served.Model.Info.SessionInputs.Count)
            throw Throw.InitialState(served.Name, sequence, $"expected at most {slices.Count} pieces but got {pieces}; the whole state is {Names(slices)}.", "");
    }

    /// <summary>Refuses a shape that no piece can have, before it is read.</summary>
    /// <param name="served">The model.</param>
    /// <param name="axes">Axes of a piece's shape.</param>
    /// <param name="sequence">Which sequence of the request, from 0, for the message.</param>
    /// <exception cref="LstmException">INITIAL_STATE.</exception>
    public static void CheckAxes(ServedModel served, int axes, int sequence)
    {
        if (axes <= FewAxes)
            return;
        var info = served.Model.Info;
        int most = info.States.Select(static s => s.Shape.Count).Concat(info.SessionInputs.Select(static i => i.Shape.Count)).DefaultIfEmpty().Max();
        if (axes > most)
            throw Throw.InitialState(served.Name, sequence, $"expected pieces of at most {most} axes but got a shape of {axes}.", "");
    }

    /// <summary>Makes the state that a sequence starts from.</summary>
    /// <param name="served">The model.</param>
    /// <param name="requested">The sequence: every piece of the state by its name, in any order, or none; and what the model is given once, there or among the pieces.</param>
    /// <param name="sequence">Which sequence of the request, from 0, for the messages.</param>
    /// <returns>The state.</returns>
    /// <exception cref="LstmException">INITIAL_STATE, SESSION_INPUTS or SESSION_INPUTS_TOO_LARGE.</exception>
    public ModelState Create(ServedModel served, PredictSequence requested, int sequence)
    {
        var (slices, once) = (served.Model.Info.States, served.Model.Info.SessionInputs);
        SessionInput[] amongPieces = [.. requested.State
            .Where(p => once.Any(i => i.Name == p.Name) && requested.Inputs.All(i => i.Name != p.Name))
            .Select(static p => new SessionInput(p.Name, p.Shape?.Select(static n => (int)Math.Clamp(n, 0, int.MaxValue)).ToArray(), p.Integers.IsEmpty ? p.Values : SessionInputs.ToFloats(p.Integers.Span)))];
        var state = inputs.Create(served, [.. requested.Inputs, .. amongPieces], sequence) ?? served.Model.CreateState();
        NamedValues[] pieces = [.. requested.State.Where(p => !Array.Exists(amongPieces, i => i.Name == p.Name))];
        if (pieces.Length == 0)
            return state;
        var values = new float[served.StateSize];
        state.CopyTo(values);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var piece in pieces)
        {
            var slice = slices.FirstOrDefault(s => s.Name == piece.Name)
                ?? throw Fault($"the model has no state '{piece.Name}'; it has {Names(slices)}.", piece.Name);
            if (!seen.Add(piece.Name))
                throw Fault($"'{piece.Name}' is there twice.", piece.Name);
            if (slice.IsInteger)
            {
                CopyIntegers(piece, slice, values.AsSpan(slice.Offset, slice.Words), Fault);
                continue;
            }

            if (!piece.Integers.IsEmpty)
                throw Fault($"'{piece.Name}' is {slice.ElementType}; expected its values in values, not in integers.", piece.Name);
            if (piece.Values.Length != slice.Length || (piece.Shape is { } shape && !shape.SequenceEqual(slice.Shape.Select(static n => (long)n))))
                throw Fault($"expected '{piece.Name}' of shape [{string.Join(", ", slice.Shape)}] but got {Found(piece)}.", piece.Name);
            if (piece.Values.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                throw Fault($"a value of '{piece.Name}' is not a finite number.", piece.Name);
            piece.Values.Span.CopyTo(values.AsSpan(slice.Offset));
        }

        // What never changes follows from what the model is given.
        if (slices.FirstOrDefault(s => !s.IsGiven && !seen.Contains(s.Name)) is { } missing)
            throw Fault($"'{missing.Name}' is missing; the whole state is {Names(slices)}.", "");
        state.CopyFrom(values);
        return state;

        LstmException Fault(string text, string name) => Throw.InitialState(served.Name, sequence, text, name);
    }

    private static void CopyIntegers(NamedValues piece, NamedSlice slice, Span<float> words, Func<string, string, LstmException> fault)
    {
        // Floats hold every whole number up to 2^24: as many may come as values.
        long[] integers = piece.Integers.IsEmpty
            ? Array.ConvertAll(piece.Values.ToArray(), v => v == MathF.Truncate(v) && MathF.Abs(v) <= 1 << 24
                ? (long)v
                : throw fault($"a value of '{piece.Name}' is {v}; expected whole numbers ({slice.ElementType}) in integers.", piece.Name))
            : piece.Integers.ToArray();
        if (integers.Length != slice.Length || (piece.Shape is { } shape && !shape.SequenceEqual(slice.Shape.Select(static n => (long)n))))
            throw fault($"expected '{piece.Name}' of shape [{string.Join(", ", slice.Shape)}] but got {Found(piece)}.", piece.Name);
        (long least, long most) = slice.ElementType switch
        {
            "bool" => (0, 1),
            "uint8" => (0, byte.MaxValue),
            "int32" => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        if (Array.FindIndex(integers, v => v < least || v > most) is var at and >= 0)
            throw fault($"a value of '{piece.Name}' is {integers[at]}; expected whole numbers from {least} to {most} ({slice.ElementType}).", piece.Name);
        integers.CopyTo(IntegerWords.Of(words));
    }

    private static string Names(IReadOnlyList<NamedSlice> slices) => slices.Count == 0 ? "none" : string.Join(", ", slices.Select(static s => s.Name));

    private static string Found(NamedValues piece) =>
        piece.Shape is null ? $"{Length(piece)} values" : $"shape [{string.Join(", ", piece.Shape)}] with {Length(piece)} values";

    private static int Length(NamedValues piece) => piece.Integers.IsEmpty ? piece.Values.Length : piece.Integers.Length;
}
