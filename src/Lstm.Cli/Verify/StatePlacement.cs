using Lstm.Engine;

namespace Lstm.Cli.Verify;

/// <summary>
/// Where the engine's states lie inside the state tensors of a case. A bundle does not say it and names are no proof, so it is read off the
/// references: the state of a recurrent node after the last step must turn up inside the state output that carries it.
/// </summary>
internal sealed class StatePlacement
{
    // The same double in both tensors, from the same computation: equal but for a last bit.
    private const double SameValue = 1e-14;

    private readonly List<StatePlace> _places = [];

    private StatePlacement()
    {
    }

    /// <summary>Finds the places.</summary>
    public static StatePlacement Find(ModelInfo info, Bundle bundle, int batch)
    {
        var found = new List<StatePlace>();
        foreach (var slice in info.States)
        {
            var place = NodeState(info, bundle, slice) is { } reference ? FindByValue(bundle, slice, reference, batch) : null;
            if (place is not null)
                found.Add(place);
        }
        if (found.Count == 0 && FindByOrder(info, bundle, batch) is { } ordered)
            found = ordered;
        var placement = new StatePlacement();
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

    /// <summary>Every value of a pair's tensors is the place of a value of the engine's state.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="length">Values in each of its tensors, [.., B, ..].</param>
    /// <param name="batch">B.</param>
    public bool Covers((string Input, string Output) pair, int length, int batch) =>
        _places.Where(p => p.Pair == pair).Sum(static p => p.Slice.Length) * batch == length;

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

    // The place where most values agree, and more than half do: one altered reference must show as a difference there, not hide the place.
    private static StatePlace? FindByValue(Bundle bundle, NamedSlice slice, BundleTensor reference, int batch)
    {
        StatePlace? best = null;
        var most = batch * slice.Length / 2;
        foreach (var pair in bundle.StatePairs)
        {
            var output = bundle.Get(pair.Output);
            // Units lie side by side, or apart when h and c share the last axes.
            foreach (var (rowStride, unitStride) in RowStrides(output, batch).SelectMany(_ => UnitStrides(output), static (row, unit) => (row, unit)))
            {
                for (var offset = 0; offset < output.Values.Length; offset++)
                {
                    var place = new StatePlace(slice, pair, offset, rowStride, unitStride);
                    if (!place.Fits(output.Values.Length, batch))
                        break;
                    var agreeing = CountAgreeing(place, output.Values, reference.Values, batch, most);
                    if (agreeing > most)
                        (best, most) = (place, agreeing);
                }
            }
        }
        return best;
    }

    private static int CountAgreeing(StatePlace place, double[] output, double[] reference, int batch, int needed)
    {
        var (agreeing, left) = (0, batch * place.Slice.Length);
        for (var row = 0; row < batch; row++)
        {
            for (var i = 0; i < place.Slice.Length; i++, left--)
            {
                if (agreeing + left <= needed)
                    return 0;
                // [1, B, H] and [B, 1, H] are the same memory: one direction is all that can be stepped.
                agreeing += Math.Abs(output[place.IndexOf(row, i)] - reference[row * place.Slice.Length + i]) <= SameValue ? 1 : 0;
            }
        }
        return agreeing;
    }

    // A cell written out in plain operators has no node whose state could be looked up. One pair for each state of the engine, in the same
    // order and of the same lengths, is then the only reading.
    private static List<StatePlace>? FindByOrder(ModelInfo info, Bundle bundle, int batch)
    {
        if (bundle.StatePairs.Count != info.States.Count)
            return null;
        var places = new List<StatePlace>();
        foreach (var (slice, pair) in info.States.Zip(bundle.StatePairs))
        {
            if (bundle.Get(pair.Output).Values.Length != batch * slice.Length)
                return null;
            places.Add(new StatePlace(slice, pair, 0, slice.Length, 1));
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

    // 1, and the products of the last axes' lengths.
    private static IEnumerable<int> UnitStrides(BundleTensor tensor)
    {
        var stride = 1;
        var strides = new List<int> { stride };
        foreach (var length in tensor.Shape.Reverse())
            strides.Add(stride *= Math.Max(length, 1));
        return strides.Distinct();
    }
}
