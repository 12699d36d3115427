using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify;

/// <summary>Steps a model natively over seeded random input and compares with ONNX Runtime, where nothing else is known of the file.</summary>
internal static class PeerVerifier
{
    /// <summary>
    /// Both sides sum in float32, each in its own order, each with its own exp: measured differences stay near 1e-6 of the largest output
    /// (docs/parity.md); a wrong gate, layer or state shows in the first digits.
    /// </summary>
    private const double AllowedPerLargest = 1e-5;

    /// <summary>Half of the last of a float16's 11 bits, a few times: what a graph of those rounds at every operator, the engine, which computes in float32, does not.</summary>
    private const double AllowedPerLargestOfHalves = 4e-3;

    // Long enough that a lost or mixed-up state shows, and primes, so that no other axis has that length by chance.
    private static readonly int[] Lengths = [29, 31, 37, 41, 43];

    /// <summary>Verifies one file.</summary>
    public static Verdict Verify(string name, Model model)
    {
        var info = model.Info;
        try
        {
            using var peer = OrtModel.Load(info.Path);
            var against = $"ONNX Runtime {OrtModel.Version}, seed {PeerInputs.Seed}";
            var x = PeerInputs.Create(model, Lengths.First(n => peer.Inputs.Concat(peer.Outputs).All(p => !p.Shape.Contains(n))));
            var graph = new PeerGraph(peer, info);
            var steps = info.SequenceLength ?? (graph.FixedSteps > 1 || graph.Forgets ? graph.FixedSteps : x.Length);
            float[][] whole = [.. Enumerable.Range(0, steps).Select(t => x[t % x.Length])];
            return Verdict.Of(name, info.Backend, Compare(model, whole, graph.Run(whole), graph.IsOfHalves ? AllowedPerLargestOfHalves : AllowedPerLargest), info.IsStreamable ? against : $"{against}, as a whole sequence");
        }
        catch (ModelLoadException error)
        {
            return Verdict.Failed(name, info.Backend, $"The native engine loads it but there is nothing to compare with: {string.Join(" ", error.Faults)}");
        }
        catch (ArgumentException error)
        {
            return Verdict.Failed(name, info.Backend, $"The native engine loads it but ONNX Runtime does not take what the engine takes: {error.Message}");
        }
        catch (PeerException error)
        {
            return Verdict.Failed(name, info.Backend, $"The native engine loads it but there is nothing to compare with: {error.Message}");
        }
    }

    private static Comparison Compare(Model model, float[][] x, double[]?[][] expected, double allowedPerLargest)
    {
        var comparison = new Comparison();
        var info = model.Info;
        var state = model.CreateState();
        var y = new float[info.OutputSize];
        var largest = expected.SelectMany(static step => step).SelectMany(static o => o ?? []).Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var tolerance = new Tolerance(allowedPerLargest * Math.Max(1, largest), 0);
        if (!info.IsStreamable)
        {
            var all = new float[x.Length * info.OutputSize];
            model.Predict([new Sequence(state, x.Length, x.SelectMany(static row => row).ToArray(), all)]);
            for (var t = 0; t < x.Length; t++)
                Compare(comparison, info, all.AsSpan(t * info.OutputSize, info.OutputSize), expected[t], tolerance, t);
            return comparison;
        }
        for (var t = 0; t < x.Length; t++)
        {
            model.Step(state, x[t], y);
            Compare(comparison, info, y, expected[t], tolerance, t);
        }
        return comparison;
    }

    private static void Compare(Comparison comparison, ModelInfo info, ReadOnlySpan<float> y, double[]?[] expected, Tolerance tolerance, int t)
    {
        for (var (i, offset) = (0, 0); i < info.Outputs.Count; offset += info.Outputs[i].Size, i++)
        {
            if (expected[i] is { } reference)
                comparison.Add(info.Outputs[i].Name, y.Slice(offset, info.Outputs[i].Size), reference, tolerance, t + 1);
        }
    }
}
