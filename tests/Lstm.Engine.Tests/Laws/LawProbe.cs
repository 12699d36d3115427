using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Tests.Laws;

/// <summary>What a process of its own does for the tests of law 2: it says what it may use of the processor, runs the models, and writes hashes.</summary>
internal static class LawProbe
{
    /// <summary>T of every run.</summary>
    public const int Steps = 1000;

    /// <summary>Sessions of every run: two, so that there are batches, and few, for a process without fused multiply-add is slow.</summary>
    public const int Sessions = 2;

    /// <summary>What this process may use, as a line.</summary>
    public static string Processor => string.Create(
        CultureInfo.InvariantCulture,
        $"avx512={Avx512F.IsSupported} vector512={Vector512.IsHardwareAccelerated} avx2={Avx2.IsSupported} vector256={Vector256.IsHardwareAccelerated} fma={Fma.IsSupported} lanes={(int)VectorWidths.Best}");

    /// <summary>Every model on the widest vectors: a line of hashes for each session.</summary>
    /// <param name="seed">Where weights and inputs are drawn from.</param>
    /// <returns>The lines.</returns>
    public static IEnumerable<string> Run(int seed)
    {
        foreach (string name in LawModels.Stepped)
        {
            NativeModel model = LawModels.Load(name, seed, VectorWidths.Best);
            foreach ((int session, Trail trail) in LawRuns.Shuffled(model, Inputs(model, name, seed), new Random(seed)).Index())
            {
                yield return $"{name} {session}: {trail}";
            }
        }
        foreach (string name in LawModels.Whole)
        {
            NativeModel model = LawModels.Load(name, seed, VectorWidths.Best);
            foreach ((int session, Trail trail) in LawRuns.Predicted(model, Inputs(model, name, seed)).Index())
            {
                yield return $"{name} {session}: {trail}";
            }
        }
    }

    private static float[][] Inputs(NativeModel model, string name, int seed) =>
        [.. Enumerable.Range(0, Sessions).Select(session => LawModels.Inputs(name, model.Info.InputSize, seed, session, Steps))];
}
