using Lstm.Cli.Verify.Runtime;
using Lstm.Engine;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>Steps a model through a case's sequence, each row of its batch alone, and compares every step that has a reference. A model that cannot be stepped runs it as a whole.</summary>
internal static class CaseVerifier
{
    /// <summary>Where a case names no tolerance: what float32 sums of a few hundred terms need, with room.</summary>
    private static readonly Tolerance DefaultTolerance = new(5e-6, 1e-5);

    /// <summary>Adds one case's differences.</summary>
    /// <exception cref="BundleException">The case does not fit its model.</exception>
    public static void Verify(Comparison comparison, Model model, Bundle bundle)
    {
        var info = model.Info;
        var tolerance = bundle.Tolerance ?? DefaultTolerance;
        var inputs = Array.ConvertAll([.. info.Inputs], input => CaseSeries.Of(bundle, input));
        var batch = inputs.Max(static i => i.Batch);
        var steps = inputs.Max(static i => i.Steps);
        if (steps == 0)
        {
            comparison.IsOfNoTimesteps = true;
            return;
        }
        var outputs = Array.ConvertAll([.. info.Outputs], output => CaseOutput.Of(bundle, output, batch));
        for (var row = 0; row < batch; row++)
        {
            var start = new float[info.StateSize];
            SessionInput[] once = [.. info.SessionInputs.Select(i => Once(bundle, i, row))];
            SessionValues.Start(model, once).CopyTo(start);
            StatePlacement.Gather(info, pair => bundle.Find(pair.Input)?.Values, batch, row, start);
            var flat = new float[info.StateSize];
            var state = StateOf(model, once, start);
            if (info.IsStreamable)
                Step(comparison, model, state, bundle, inputs, outputs, batch, row, steps, tolerance);
            else
                Predict(comparison, model, state, () => StateOf(model, once, start), inputs, outputs, row, steps, tolerance);
            state.CopyTo(flat);
            StatePlacement.Compare(info, comparison, pair => bundle.Find(pair.Output)?.Values, batch, row, flat, tolerance, steps);
            foreach (var slice in info.States)
                NodeState.Compare(comparison, info, bundle, slice, batch, row, flat, tolerance, steps);
        }
    }

    private static void Step(
        Comparison comparison, Model model, ModelState state, Bundle bundle, CaseSeries[] inputs, CaseOutput[] outputs, int batch, int row, int steps, Tolerance tolerance)
    {
        var x = new float[model.Info.InputSize];
        var y = new float[model.Info.OutputSize];
        var flat = new float[model.Info.StateSize];
        for (var t = 0; t < steps; t++)
        {
            Fill(x, inputs, row, t);
            model.Step(state, x, y);
            Compare(comparison, outputs, y, row, t, steps, tolerance);
            state.CopyTo(flat);
            StatePlacement.Compare(model.Info, comparison, pair => bundle.Find($"step/{pair.Output}")?.Slice((0, t)), batch, row, flat, tolerance, t + 1);
        }
    }

    private static void Predict(
        Comparison comparison, Model model, ModelState state, Func<ModelState> restart, CaseSeries[] inputs, CaseOutput[] outputs, int row, int steps, Tolerance tolerance)
    {
        var y = Predict(model, state, inputs, row, steps);
        for (var t = 0; t < steps; t++)
            Compare(comparison, outputs, y.AsSpan(t * model.Info.OutputSize, model.Info.OutputSize), row, t, steps, tolerance, withSteps: t == steps - 1);
        // What an output was after fewer steps, only a run of these alone tells.
        for (var t = 0; t < steps - 1 && Array.Exists(outputs, static o => o.HasSteps); t++)
        {
            if (model.FindLengthFault(t + 1) is null)
                CompareSteps(comparison, outputs, Predict(model, restart(), inputs, row, t + 1).AsSpan(t * model.Info.OutputSize), row, t, tolerance);
        }
    }

    private static float[] Predict(Model model, ModelState state, CaseSeries[] inputs, int row, int steps)
    {
        var size = model.Info.InputSize;
        var x = new float[steps * size];
        var y = new float[steps * model.Info.OutputSize];
        for (var t = 0; t < steps; t++)
            Fill(x.AsSpan(t * size, size), inputs, row, t);
        model.Predict([new Sequence(state, steps, x, y)]);
        return y;
    }

    private static SessionInput Once(Bundle bundle, TensorInfo input, int row)
    {
        var tensor = bundle.Get(input.Name);
        int[] shape = [.. tensor.Shape.Where((_, axis) => axis != input.BatchAxis)];
        return new SessionInput(input.Name, shape, Array.ConvertAll(tensor.Slice((input.BatchAxis, row)), static v => (float)v));
    }

    private static ModelState StateOf(Model model, SessionInput[] once, float[] values)
    {
        var state = SessionValues.Start(model, once);
        state.CopyFrom(values);
        return state;
    }

    private static void CompareSteps(Comparison comparison, CaseOutput[] outputs, ReadOnlySpan<float> y, int row, int t, Tolerance tolerance)
    {
        var offset = 0;
        foreach (var output in outputs)
        {
            output.CompareStep(comparison, y.Slice(offset, output.Size), row, t, tolerance);
            offset += output.Size;
        }
    }

    private static void Compare(Comparison comparison, CaseOutput[] outputs, ReadOnlySpan<float> y, int row, int t, int steps, Tolerance tolerance, bool withSteps = true)
    {
        var offset = 0;
        foreach (var output in outputs)
        {
            output.Compare(comparison, y.Slice(offset, output.Size), row, t, t == steps - 1, tolerance);
            if (withSteps)
                output.CompareStep(comparison, y.Slice(offset, output.Size), row, t, tolerance);
            offset += output.Size;
        }
    }

    /// <summary>Why a model is not what a case says; null when it is.</summary>
    /// <exception cref="BundleException">The case does not fit its model.</exception>
    public static string? FindFault(ModelInfo info, Bundle bundle)
    {
        if (bundle.Streaming is "exact" or "needs-extra-state" or "loop-state" && !info.IsStreamable)
            return $"The case can be streamed ({bundle.Streaming}), but the engine says: {string.Join(" ", info.NotStreamable)}";
        // Starting from zero instead would compare something else than the case holds.
        string[] unplaced = [.. bundle.StatePairs.Select(static p => p.Input)
            .Where(input => Array.Exists(bundle.Get(input).Values, static v => v != 0) && !info.StatePairs.Any(p => p.Input == input && p.Places.Count > 0))];
        if (unplaced.Length > 0)
            return $"The case starts from {string.Join(", ", unplaced)}, but the engine does not say where that lies in its state.";
        // What the case has and the engine does not give would go unnoticed.
        string[] missing = [.. bundle.Tensors.Where(static t => t.Role == "output").Select(static t => t.Name)
            .Except(info.Outputs.Select(static o => o.Name)).Except(info.StatePairs.Select(static p => p.Output))];
        if (missing.Length > 0)
            return $"The engine does not give {string.Join(", ", missing)}, which the case has references for.";
        (string Input, string Output)[] other = [.. bundle.StatePairs.Where(pair => info.StatePairs.Any(p => p.Input == pair.Input && p.Output.Length > 0 && p.Output != pair.Output))];
        return other.Length == 0 ? null : $"The engine feeds {other[0].Input} from another output than the case's {other[0].Output}.";
    }

    private static void Fill(Span<float> x, CaseSeries[] inputs, int row, int t)
    {
        var offset = 0;
        foreach (var input in inputs)
        {
            input.CopyTo(x.Slice(offset, input.Size), row, t);
            offset += input.Size;
        }
    }
}
