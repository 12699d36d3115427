using Lstm.Engine;

namespace Lstm.Cli.Verify;

/// <summary>
/// Where the engine's states lie inside the state tensors of a case. A bundle does not say it and names are no proof, so it is read off the
/// references: the state of a recurrent node after the last step must turn up inside the state output that carries it.
/// </summary>
internal sealed class StatePlacement
{
    // The same double in both tensors, printed from the same run: equal but for a last bit.
    private const double SameValue = 1e-14;

    private readonly List<Place> _places = [];

    private StatePlacement()
    {
    }

    /// <summary>Every value of the engine's state has its place.</summary>
    public bool IsComplete { get; private init; }

    /// <summary>Finds the places.</summary>
    public static StatePlacement Find(ModelInfo info, Bundle bundle, int batch)
    {
        var found = new List<Place>();
        foreach (var slice in info.States)
        {
            var place = NodeState(info, bundle, slice) is { } reference ? FindByValue(bundle, slice, reference, batch) : null;
            if (place is not null)
                found.Add(place);
        }
        if (found.Count < info.States.Count && FindByOrder(info, bundle, batch) is { } ordered)
            found = ordered;
        var placement = new StatePlacement { IsComplete = found.Count == info.States.Count };
        placement._places.AddRange(found);
        return placement;
    }

    /// <summary>The reference state of the node behind a slice, [directions, B, H] or [B, directions, H], or null.</summary>
    public static BundleTensor? NodeState(ModelInfo info, Bundle bundle, NamedSlice slice)
    {
        // "layer3.h": the fourth layer's h.
        var dot = slice.Name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !int.TryParse(slice.Name.AsSpan("layer".Length, dot - "layer".Length), out var layer) || layer >= info.Layers.Count)
            return null;
        var prefix = $"final_{slice.Name[(dot + 1)..]}/";
        BundleTensor[] states = [.. bundle.Tensors.Where(t => t.Role == "node-state" && t.Name.StartsWith(prefix, StringComparison.Ordinal))];
        return states.FirstOrDefault(t => t.Node.Length > 0 && t.Node == info.Layers[layer].Name)
            ?? (states.Length == info.Layers.Count ? states[layer] : null);
    }

    /// <summary>Fills a flat state of the engine from tensors in the shape of the case's state inputs or outputs.</summary>
    /// <param name="tensorOf">The tensor of a pair: initial values by input, or values by output.</param>
    /// <param name="row">Row of the batch.</param>
    /// <param name="destination">[state_size].</param>
    public void Gather(Func<(string Input, string Output), double[]> tensorOf, int row, Span<float> destination)
    {
        foreach (var place in _places)
        {
            var values = tensorOf(place.Pair);
            for (var i = 0; i < place.Slice.Length; i++)
                destination[place.Slice.Offset + i] = (float)values[place.IndexOf(row, i)];
        }
    }

    /// <summary>Compares a flat state of the engine with the state outputs of one step.</summary>
    public void Compare(Comparison comparison, Func<(string Input, string Output), double[]?> tensorOf, int row, ReadOnlySpan<float> state, Tolerance tolerance, int step)
    {
        foreach (var place in _places)
        {
            if (tensorOf(place.Pair) is not { } values)
                continue;
            var expected = new double[place.Slice.Length];
            for (var i = 0; i < expected.Length; i++)
                expected[i] = values[place.IndexOf(row, i)];
            comparison.Add($"{place.Pair.Output} ({place.Slice.Name})", state.Slice(place.Slice.Offset, place.Slice.Length), expected, tolerance, step);
        }
    }

    private static Place? FindByValue(Bundle bundle, NamedSlice slice, BundleTensor reference, int batch)
    {
        foreach (var pair in bundle.StatePairs)
        {
            var output = bundle.Get(pair.Output);
            foreach (var rowStride in RowStrides(output, batch))
            {
                // Units may lie side by side, or apart when h and c share the last axis.
                for (var unitStride = 1; unitStride * (slice.Length - 1) < output.Values.Length; unitStride++)
                {
                    for (var offset = 0; offset < output.Values.Length; offset++)
                    {
                        var place = new Place(slice, pair, offset, rowStride, unitStride);
                        if (place.Fits(output.Values.Length, batch) && Agrees(place, output.Values, reference.Values, batch))
                            return place;
                    }
                }
            }
        }
        return null;
    }

    private static bool Agrees(Place place, double[] output, double[] reference, int batch)
    {
        for (var row = 0; row < batch; row++)
        {
            for (var i = 0; i < place.Slice.Length; i++)
            {
                // [1, B, H] and [B, 1, H] are the same memory: one direction is all that can be stepped.
                if (!(Math.Abs(output[place.IndexOf(row, i)] - reference[row * place.Slice.Length + i]) <= SameValue))
                    return false;
            }
        }
        return true;
    }

    // A cell written out in plain operators has no node whose state could be looked up. One pair for each state of the engine, in the same
    // order and of the same lengths, is then the only reading.
    private static List<Place>? FindByOrder(ModelInfo info, Bundle bundle, int batch)
    {
        if (bundle.StatePairs.Count != info.States.Count)
            return null;
        var places = new List<Place>();
        foreach (var (slice, pair) in info.States.Zip(bundle.StatePairs))
        {
            if (bundle.Get(pair.Output).Values.Length != batch * slice.Length)
                return null;
            places.Add(new Place(slice, pair, 0, slice.Length, 1));
        }
        return places;
    }

    // How far the rows of the batch lie apart: the stride of the axis that is as long as the batch.
    private static IEnumerable<int> RowStrides(BundleTensor tensor, int batch)
    {
        var stride = tensor.Values.Length;
        foreach (var length in tensor.Shape)
        {
            stride /= Math.Max(length, 1);
            if (length == batch)
                yield return stride;
        }
    }

    private sealed record Place(NamedSlice Slice, (string Input, string Output) Pair, int Offset, int RowStride, int UnitStride)
    {
        public int IndexOf(int row, int unit) => Offset + row * RowStride + unit * UnitStride;

        public bool Fits(int length, int batch) => IndexOf(batch - 1, Slice.Length - 1) < length;
    }
}
