using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest.Bodies;

/// <summary>A named piece of a state or of gates.</summary>
/// <param name="Name">layer0.h, layer1.f, …</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Values">Its values, row-major; left out in a state of whole numbers or booleans.</param>
/// <param name="Integers">Its values, where they are whole numbers or booleans: as numbers, or as texts beyond 2^53.</param>
internal sealed record NamedTensorBody(string Name, IReadOnlyList<int> Shape, float[]? Values, JsonIntegers? Integers = null)
{
    /// <summary>Cuts a flat vector into its named pieces.</summary>
    /// <param name="slices">What lies where.</param>
    /// <param name="values">The vector; empty: nothing was asked for.</param>
    /// <param name="kept">Pieces beside the vector: what a session was given when it opened.</param>
    /// <returns>The pieces, or null.</returns>
    public static NamedTensorBody[]? Cut(IReadOnlyList<Engine.NamedSlice> slices, ReadOnlySpan<float> values, IReadOnlyList<Engine.SessionInput>? kept = null)
    {
        if (values.IsEmpty && kept is not { Count: > 0 })
            return null;
        var pieces = new NamedTensorBody[slices.Count + (kept?.Count ?? 0)];
        for (int i = slices.Count; i < pieces.Length; i++)
            pieces[i] = new(kept![i - slices.Count].Name, kept[i - slices.Count].Shape ?? [], kept[i - slices.Count].Values.ToArray()); // not null: it has more pieces
        for (int i = 0; i < slices.Count; i++)
        {
            var piece = values.Slice(slices[i].Offset, slices[i].Words);
            pieces[i] = slices[i].IsInteger
                ? new(slices[i].Name, slices[i].Shape, null, new(Engine.IntegerWords.Of(piece).ToArray()))
                : new(slices[i].Name, slices[i].Shape, piece.ToArray());
        }

        return pieces;
    }
}
