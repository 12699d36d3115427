using Lstm.Engine;

namespace Lstm.Cli.Verify;

/// <summary>Steps a model through a case's sequence, each row of its batch alone, and compares every step that has a reference.</summary>
internal static class CaseVerifier
{
    private const string Against = "float64 references";

    /// <summary>Where a case names no tolerance: what float32 sums of a few hundred terms need, with room.</summary>
    private static readonly Tolerance DefaultTolerance = new(5e-6, 1e-5);

    /// <summary>Verifies one case.</summary>
    /// <exception cref="BundleException">The case does not fit its model.</exception>
    public static Verdict Verify(string name, Model model, Bundle bundle)
    {
        var info = model.Info;
        var comparison = new Comparison();
        var tolerance = bundle.Tolerance ?? DefaultTolerance;
        var inputs = Array.ConvertAll([.. info.Inputs], input => CaseSeries.Of(bundle, bundle.Get(input.Name), input.Size));
        var batch = inputs.Max(static i => i.Batch);
        var steps = inputs.Max(static i => i.Steps);
        var placement = StatePlacement.Find(info, bundle, batch);
        if (FindFault(info, bundle, placement, batch) is { } fault)
            return Verdict.Failed(name, info.Backend, fault);

        var outputs = Array.ConvertAll([.. info.Outputs], output => CaseOutput.Of(bundle, output, batch));
        for (var row = 0; row < batch; row++)
        {
            var state = model.CreateState();
            var flat = new float[info.StateSize];
            state.CopyTo(flat);
            placement.Gather(pair => bundle.Get(pair.Input).Values, row, flat);
            state.CopyFrom(flat);
            var x = new float[info.InputSize];
            var y = new float[info.OutputSize];
            for (var t = 0; t < steps; t++)
            {
                Fill(x, inputs, row, t);
                model.Step(state, x, y);
                var offset = 0;
                foreach (var output in outputs)
                {
                    output.Compare(comparison, y.AsSpan(offset, output.Size), row, t, t == steps - 1, tolerance);
                    offset += output.Size;
                }
                state.CopyTo(flat);
                CompareState(comparison, bundle, placement, flat, row, t, steps, tolerance);
            }
            foreach (var slice in info.States)
            {
                if (StatePlacement.NodeState(info, bundle, slice) is { } reference && reference.Values.Length == batch * slice.Length)
                    comparison.Add(reference.Name, flat.AsSpan(slice.Offset, slice.Length), reference.Values.AsSpan(row * slice.Length, slice.Length), tolerance, steps);
            }
        }
        return Verdict.Of(name, info.Backend, comparison, Against);
    }

    private static void CompareState(Comparison comparison, Bundle bundle, StatePlacement placement, float[] flat, int row, int t, int steps, Tolerance tolerance)
    {
        if (t == steps - 1)
            placement.Compare(comparison, pair => bundle.Get(pair.Output).Values, row, flat, tolerance, t + 1);
        placement.Compare(comparison, pair => bundle.Find($"step/{pair.Output}")?.Slice((0, t)), row, flat, tolerance, t + 1);
    }

    private static string? FindFault(ModelInfo info, Bundle bundle, StatePlacement placement, int batch)
    {
        // Starting from zero instead would compare something else than the case holds.
        string[] unplaced = [.. bundle.StatePairs.Where(pair => bundle.Get(pair.Input) is var start
            && Array.Exists(start.Values, static v => v != 0) && !placement.Covers(pair, start.Values.Length, batch)).Select(static p => p.Input)];
        if (unplaced.Length > 0)
            return $"The case starts from {string.Join(", ", unplaced)}, but where the engine's "
                + $"{string.Join(", ", info.States.Select(static s => s.Name))} lie in there cannot be read off its references.";
        // What the case has and the engine does not give would go unnoticed.
        string[] missing = [.. bundle.Tensors.Where(static t => t.Role == "output").Select(static t => t.Name)
            .Except(info.Outputs.Select(static o => o.Name)).Except(bundle.StatePairs.Select(static p => p.Output))];
        return missing.Length == 0 ? null : $"The engine does not give {string.Join(", ", missing)}, which the case has references for.";
    }

    private static void Fill(float[] x, CaseSeries[] inputs, int row, int t)
    {
        var offset = 0;
        foreach (var input in inputs)
        {
            input.CopyTo(x.AsSpan(offset, input.Size), row, t);
            offset += input.Size;
        }
    }
}
