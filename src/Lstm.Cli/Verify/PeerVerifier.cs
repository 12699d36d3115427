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
            if (PeerSequence.Find(peer, info, x) is not { } sequence)
            {
                return PeerStepping.RunEveryPairing(peer, info, x).Select(y => Compare(model, x, y)).OrderBy(static c => c.Shown.Share).FirstOrDefault() is { } best
                    ? Verdict.Of(name, info.Backend, best, against)
                    : Verdict.Failed(name, info.Backend, "No state output of the graph has the shape of a state input, so ONNX Runtime cannot step it.");
            }
            float[][] whole = sequence.FixedSteps > 0 ? [.. Enumerable.Range(0, sequence.FixedSteps).Select(t => x[t % x.Length])] : x;
            return Verdict.Of(name, info.Backend, Compare(model, whole, sequence.Run(whole)), against);
        }
        catch (ModelLoadException error)
        {
            return Verdict.Failed(name, info.Backend, $"The native engine loads it but there is nothing to compare with: {string.Join(" ", error.Faults)}");
        }
        catch (PeerException error)
        {
            return Verdict.Failed(name, info.Backend, $"The native engine loads it but there is nothing to compare with: {error.Message}");
        }
    }

    private static Comparison Compare(Model model, float[][] x, double[]?[][] expected)
    {
        var comparison = new Comparison();
        var info = model.Info;
        var state = model.CreateState();
        var y = new float[info.OutputSize];
        var largest = expected.SelectMany(static step => step).SelectMany(static o => o ?? []).Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var tolerance = new Tolerance(AllowedPerLargest * Math.Max(1, largest), 0);
        for (var t = 0; t < x.Length; t++)
        {
            model.Step(state, x[t], y);
            for (var (i, offset) = (0, 0); i < info.Outputs.Count; offset += info.Outputs[i].Size, i++)
            {
                if (expected[t][i] is { } reference)
                    comparison.Add(info.Outputs[i].Name, y.AsSpan(offset, info.Outputs[i].Size), reference, tolerance, t + 1);
            }
        }
        return comparison;
    }
}
