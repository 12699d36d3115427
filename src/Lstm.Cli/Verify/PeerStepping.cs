using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify;

/// <summary>What ONNX Runtime gives for a graph that does one step a run, its states carried from run to run.</summary>
internal static class PeerStepping
{
    // 4 states can be paired in 24 ways; more are not tried.
    private const int LargestStateCount = 4;

    /// <summary>A tensor of zeros for an input, one row where its shape is open.</summary>
    public static OrtTensor Zero(OrtPort port)
    {
        long[] shape = [.. port.Shape.Select(static n => n < 0 ? 1L : n)];
        return OrtTensor.FromFloats(port.ElementType, shape, new float[shape.Aggregate(1L, static (product, n) => product * n)]);
    }

    /// <summary>
    /// y(1) … y(T) for every way to pair state inputs with state outputs that fits their sizes. Which way is right the file does not say;
    /// wrong ones give other numbers, so the one that agrees is the right one.
    /// </summary>
    /// <exception cref="PeerException">The graph cannot be stepped.</exception>
    public static IEnumerable<double[]?[][]> RunEveryPairing(OrtModel peer, ModelInfo info, float[][] x)
    {
        OrtPort[] states = [.. peer.Inputs.Where(p => info.Inputs.All(i => i.Name != p.Name))];
        OrtPort[] results = [.. peer.Outputs.Where(p => info.Outputs.All(o => o.Name != p.Name))];
        if (states.Length == 0)
            throw new PeerException("The graph does one step a run and takes no state in, so ONNX Runtime cannot carry one over its runs.");
        if (states.Length != results.Length || states.Length > LargestStateCount)
            throw new PeerException($"The graph has {states.Length} state inputs and {results.Length} state outputs; expected as many of each, and at most {LargestStateCount}.");
        var layouts = info.Inputs.Select(input => PeerLayout.Candidates(peer.Inputs.First(p => p.Name == input.Name), input).Select(static l => (PeerLayout?)l).FirstOrDefault()
            ?? throw new PeerException($"Input '{input.Name}' has no batch of one row.")).ToArray();
        foreach (var order in Permutations(results))
        {
            if (Run(peer, info, x, layouts, states, order) is { } y)
                yield return y;
        }
    }

    private static double[]?[][]? Run(OrtModel peer, ModelInfo info, float[][] x, PeerLayout[] layouts, OrtPort[] states, OrtPort[] results)
    {
        var carried = states.Select(Zero).ToArray();
        var y = new double[]?[x.Length][];
        for (var t = 0; t < x.Length; t++)
        {
            var inputs = states.Zip(carried).ToDictionary(static p => p.First.Name, static p => p.Second);
            for (var (i, offset) = (0, 0); i < layouts.Length; offset += info.Inputs[i].Size, i++)
            {
                var input = info.Inputs[i];
                inputs[input.Name] = layouts[i].Pack(peer.Inputs.First(p => p.Name == input.Name), input, [x[t]], offset);
            }
            var outputs = peer.Run(inputs);
            y[t] = [.. info.Outputs.Select(o => outputs[o.Name].ToDoubles())];
            var next = results.Select(r => outputs[r.Name]).ToArray();
            if (next.Zip(carried).Any(static p => !p.First.Shape.SequenceEqual(p.Second.Shape)))
                return null;
            carried = next;
        }
        return y;
    }

    private static IEnumerable<OrtPort[]> Permutations(OrtPort[] items)
    {
        if (items.Length <= 1)
            return [items];
        return items.SelectMany((item, i) => Permutations([.. items[..i], .. items[(i + 1)..]]).Select(rest => (OrtPort[])[item, .. rest]));
    }
}
