using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify.Runtime;

/// <summary>Compares the engine with ONNX Runtime over seeded random input, where nothing else is known of the file.</summary>
internal static class RuntimeVerifier
{
    /// <summary>
    /// Both sides sum in float32, each in its own order, each with its own exp: measured differences stay near 1e-6 of the largest output
    /// (docs/parity.md); a wrong gate, layer or state shows in the first digits.
    /// </summary>
    private const double AllowedPerLargest = 1e-5;

    /// <summary>Half of the last of a float16's 11 bits, a few times: what a graph of those rounds at every operator, the engine, which computes in float32, does not.</summary>
    private const double AllowedPerLargestOfHalves = 4e-3;

    /// <summary>A row beside another may be summed in another order; one that depends on it moves in the first digits.</summary>
    private const double AllowedPerRow = 1e-2;

    // Long enough that a lost or mixed-up state shows, and primes, so that no other axis has that length by chance.
    private static readonly int[] Lengths = [29, 31, 37, 41, 43];

    /// <summary>Verifies one file.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="model">The engine.</param>
    /// <param name="given">The pairs that someone named; null for nobody.</param>
    /// <param name="tryReference">Throws for a file that ONNX Runtime must not load in this process; null to load it right away.</param>
    public static Verdict Verify(string name, Model model, StateReading? given, Action<string>? tryReference = null)
    {
        var info = model.Info;
        try
        {
            tryReference?.Invoke(info.Path);
            return Compare(name, model, given);
        }
        catch (ModelLoadException error)
        {
            return Verdict.NotCompared(name, info.Backend, $"The engine loads it, but there is nothing to compare with: {string.Join(" ", error.Faults)}");
        }
        catch (NothingToCompareException error)
        {
            return Verdict.NotCompared(name, info.Backend, $"The engine loads it, but there is nothing to compare with: {error.Message}");
        }
    }

    private static Verdict Compare(string name, Model model, StateReading? given)
    {
        var info = model.Info;
        var graph = FileGraph.Read(info.Path);
        using var file = OrtModel.Load(info.Path);
        var notes = ModelNotes.Read(info.Path);
        NamePair[] claimed = [.. info.StatePairs.Where(static p => p.Output.Length > 0).Select(static p => new NamePair(p.Input, p.Output))];
        var once = SessionValues.Create(model);
        var reading = given ?? (notes.StatePairs is { } said ? new StateReading(said, "model.json") { IsGiven = true } : StateReading.Judge(file.Inputs, file.Outputs, graph));
        if (reading.Pairs is null && ReferenceInputs.Candidates(model, graph, notes, 1).FirstOrDefault() is [var first])
        {
            // What the file leaves open may tell, once it runs.
            var (inputs, outputs) = new ReferenceGraph(file, info, claimed, [], once).Measure(first);
            reading = StateReading.Judge(inputs, outputs, graph);
        }
        var pairs = reading.Pairs ?? claimed;
        if (pairs.SelectMany(p => graph.RecurrentPairs().Where(r => r.Input == p.Input && r.Output != p.Output)).ToArray() is [var broken, ..])
            return Verdict.Different(name, info.Backend, $"By {(reading.Pairs is null ? "the engine" : reading.From)} it is {NamePair.List(pairs)}, but the recurrent node that starts from '{broken.Input}' ends in '{broken.Output}'.") with { Pairs = pairs, PairsFrom = reading.From };

        // What the engine neither takes nor carries must be a length, which a stream has no use for.
        string[] lost = [.. graph.Inputs.Where(i => info.Inputs.Concat(info.SessionInputs).All(t => t.Name != i) && pairs.All(p => p.Input != i) && info.StatePairs.All(p => p.Input != i))];
        string[] lengths = [.. lost.Where(graph.IsLength)];
        var reference = new ReferenceGraph(file, info, pairs, lengths, once);
        if ((reading.IsGiven || !reference.RunsWhole) && reading.FindDifference(claimed) is { } difference)
            return new Verdict(name, reading.IsCertain ? Outcome.Different : Outcome.Unconfirmed, info.Backend, reading.IsCertain ? difference : $"{difference} {Question(claimed, pairs)}") { Pairs = pairs, PairsFrom = reading.From };
        if (lost.Except(lengths).FirstOrDefault() is { } unknown)
            return Verdict.Different(name, info.Backend, $"The engine neither takes nor carries the file's input '{unknown}'.") with { Pairs = pairs, PairsFrom = reading.From };

        var steps = info.SequenceLength ?? (reference.FixedSteps > 1 || reference.Forgets ? reference.FixedSteps : Lengths.First(n => file.Inputs.Concat(file.Outputs).All(p => !p.Shape.Contains(n))));
        var (x, whole, stepped) = Run(reference, ReferenceInputs.Candidates(model, graph, notes, steps), info.IsStreamable && graph.ScalesByRun && pairs.Count > 0);
        var largest = Largest(whole ?? stepped);
        if (!graph.ScalesByRun && reference.FindDependentRows(x, [.. Enumerable.Reverse(x)], AllowedPerRow * largest) is { } dependent)
            return Verdict.Different(name, info.Backend, $"The engine takes an axis for the batch along which rows of '{dependent}' depend on each other: it may be time. Name time_axis and batch_axis in model.json.");
        var comparison = new Comparison();
        var tolerance = new Tolerance((reference.IsOfHalves ? AllowedPerLargestOfHalves : AllowedPerLargest) * largest, 0);
        if (info.IsStreamable)
            Step(comparison, model, SessionValues.Start(model, once), x, stepped ?? whole, tolerance);
        Predict(comparison, model, SessionValues.Start(model, once), x, whole ?? stepped, tolerance);
        var against = $"ONNX Runtime {OrtModel.Version}, seed {ReferenceInputs.Seed}{(info.IsStreamable ? "" : ", as a whole sequence")}";
        return Confirm(Verdict.Of(name, info.Backend, comparison, against), reading, claimed, stepped is null) with { Seed = ReferenceInputs.Seed };
    }

    // One run over the whole sequence needs no pairs: that stepping gives the same confirms those of the engine.
    private static Verdict Confirm(Verdict verdict, StateReading reading, NamePair[] claimed, bool byWholeRun)
    {
        if (byWholeRun && !reading.IsGiven)
            return verdict with { Pairs = claimed, PairsFrom = claimed.Length == 0 ? "" : "one run over the whole sequence" };
        if (reading.Pairs is { } pairs)
            return verdict with { Pairs = pairs, PairsFrom = reading.From };
        var why = verdict.Outcome == Outcome.Same
            ? $"{verdict.Why}, but the pairs are unconfirmed: {reading.From}. {Advice(claimed)}"
            : verdict.Why;
        return verdict with { Outcome = verdict.Outcome == Outcome.Same ? Outcome.Unconfirmed : verdict.Outcome, Pairs = claimed, PairsFrom = "the engine", Why = why };
    }

    private static string Question(IReadOnlyList<NamePair> one, IReadOnlyList<NamePair> other) =>
        $"Say which is right: {NamePair.Options(one)} or {NamePair.Options(other)}; state_pairs in model.json makes the engine follow.";

    private static string Advice(NamePair[] claimed) => $"If the engine is right, say so with {NamePair.Options(claimed)} or state_pairs in model.json.";

    // The first input that ONNX Runtime takes: what an integer means, the file does not say.
    private static (float[][] X, double[]?[][]? Whole, double[]?[][]? Stepped) Run(ReferenceGraph reference, IEnumerable<float[][]> candidates, bool alsoStepped)
    {
        NothingToCompareException? first = null;
        foreach (var x in candidates)
        {
            try
            {
                return (x, reference.RunsWhole ? reference.RunWhole(x) : null, alsoStepped || !reference.RunsWhole ? reference.RunSteps(x) : null);
            }
            catch (NothingToCompareException error)
            {
                first ??= error;
            }
        }
        throw first ?? new NothingToCompareException("No random input was found that the engine takes.");
    }

    private static double Largest(double[]?[][]? expected) =>
        (expected ?? []).SelectMany(static step => step).SelectMany(static o => o ?? []).Select(Math.Abs).Where(double.IsFinite).Append(1).Max();

    private static void Step(Comparison comparison, Model model, ModelState state, float[][] x, double[]?[][]? expected, Tolerance tolerance)
    {
        var y = new float[model.Info.OutputSize];
        for (var t = 0; t < x.Length; t++)
        {
            model.Step(state, x[t], y);
            Compare(comparison, model.Info.Outputs, y, expected![t], tolerance, t); // one of both runs was made
        }
    }

    private static void Predict(Comparison comparison, Model model, ModelState state, float[][] x, double[]?[][]? expected, Tolerance tolerance)
    {
        var info = model.Info;
        if (model.FindLengthFault(x.Length) is not null)
            return;
        var y = new float[x.Length * info.OutputSize];
        model.Predict([new Sequence(state, x.Length, x.SelectMany(static row => row).ToArray(), y)]);
        for (var t = 0; t < x.Length; t++)
        {
            double[]?[] row = [.. expected![t].Select((o, i) => info.Outputs[i].EveryStep || t == x.Length - 1 ? o : null)]; // one of both runs was made
            Compare(comparison, info.Outputs, y.AsSpan(t * info.OutputSize, info.OutputSize), row, tolerance, t);
        }
    }

    private static void Compare(Comparison comparison, IReadOnlyList<TensorInfo> outputs, ReadOnlySpan<float> y, double[]?[] expected, Tolerance tolerance, int t)
    {
        for (var (i, offset) = (0, 0); i < outputs.Count; offset += outputs[i].Size, i++)
        {
            if (expected[i] is { } reference)
                comparison.Add(outputs[i].Name, y.Slice(offset, outputs[i].Size), reference, tolerance, t + 1);
        }
    }
}
