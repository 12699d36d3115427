using Lstm.Engine;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>
/// Moves a session's state between the engine's flat layout and the tensors of a graph, as the engine says that they belong together. Were it
/// wrong, the outputs would differ from their references.
/// </summary>
internal static class StatePlacement
{
    /// <summary>Fills a flat state from the tensors of the state inputs.</summary>
    /// <param name="info">The model.</param>
    /// <param name="tensorOf">The values of a pair, row-major over the whole batch; null for zero.</param>
    /// <param name="batch">B.</param>
    /// <param name="row">Row of the batch.</param>
    /// <param name="state">[state_size].</param>
    public static void Gather(ModelInfo info, Func<StatePair, double[]?> tensorOf, int batch, int row, Span<float> state)
    {
        foreach (var pair in info.StatePairs)
        {
            if (tensorOf(pair) is { } values)
            {
                for (var i = 0; i < pair.Places.Count; i++)
                {
                    var value = values[IndexOf(pair, batch, row, i)];
                    if (IsInteger(info, pair.Places[i]))
                        IntegerWords.Of(state.Slice(pair.Places[i], IntegerWords.PerInteger))[0] = (long)value;
                    else
                        state[pair.Places[i]] = (float)value;
                }
            }
        }
    }

    /// <summary>Compares a flat state with the tensors of the state outputs.</summary>
    public static void Compare(
        ModelInfo info, Comparison comparison, Func<StatePair, double[]?> tensorOf, int batch, int row, ReadOnlySpan<float> state, Tolerance tolerance, int step)
    {
        foreach (var output in info.StatePairs.Where(static p => p.Output.Length > 0).GroupBy(static p => p.Output))
        {
            StatePair[] pairs = [.. output];
            // An output that holds several states holds them one after the other; how, is not compared here.
            if (pairs.Length > 1 || tensorOf(pairs[0]) is not { } values || values.Length != batch * pairs[0].Places.Count)
                continue;
            var pair = pairs[0];
            var actual = new double[pair.Places.Count];
            var expected = new double[actual.Length];
            for (var i = 0; i < actual.Length; i++)
                (actual[i], expected[i]) = (Value(info, state, pair.Places[i]), values[IndexOf(pair, batch, row, i)]);
            comparison.Add(pair.Output, actual, expected, tolerance, step);
        }
    }

    private static double Value(ModelInfo info, ReadOnlySpan<float> state, int place) =>
        IsInteger(info, place) ? IntegerWords.Of(state.Slice(place, IntegerWords.PerInteger))[0] : state[place];

    private static bool IsInteger(ModelInfo info, int place) => info.States.Any(s => s.IsInteger && place >= s.Offset && place < s.Offset + s.Words);

    // The batch is one axis of the tensor; the engine's values of one session are all the others, row-major.
    private static int IndexOf(StatePair pair, int batch, int row, int place)
    {
        if (pair.BatchAxis < 0)
            return place;
        var inner = pair.Shape.Skip(pair.BatchAxis + 1).Aggregate(1, static (product, n) => product * n);
        return (place / inner * batch + row) * inner + place % inner;
    }
}
