using Lstm.Cli.Verify.Runtime;
using Lstm.Engine;

namespace Lstm.Cli.Verify.Expected;

/// <summary>Compares a model with a reference.json: whole sequences, and steps where it steps.</summary>
internal static class StepReferenceVerifier
{
    /// <summary>The references are rounded to seven decimals, and what computes in float32 adds its own roundings.</summary>
    private static readonly Tolerance Allowed = new(2e-5, 2e-5);

    /// <summary>Adds the differences.</summary>
    /// <returns>Why the model cannot be compared with these references; null when it was.</returns>
    public static string? Compare(Comparison comparison, Model model, StepReferences references)
    {
        var info = model.Info;
        string[] inputs = [.. info.Inputs.Concat(info.SessionInputs).Select(static i => i.Name)];
        if (inputs.Except(references.Inputs.Keys).FirstOrDefault() is { } unknown)
            return $"The engine takes '{unknown}' as an input; the references have {string.Join(", ", references.Inputs.Keys)} and no other.";
        if (references.Inputs.Keys.Except(inputs).FirstOrDefault() is { } missing)
            return $"The engine does not take the input '{missing}', which the references have.";
        foreach (var input in info.Inputs)
        {
            if (references.Inputs[input.Name].FirstOrDefault(row => row.Length != input.Size) is { } row)
                return $"The engine takes {input.Size} values of '{input.Name}' a timestep; the references have {row.Length}.";
        }
        string[] outputs = [.. references.Steps.Keys.Concat(references.Whole.Keys).Distinct().Except(info.Outputs.Select(static o => o.Name))];
        if (outputs.Length > 0)
            return $"The engine does not give {string.Join(", ", outputs)}, which the references have.";

        float[][] x = [.. Enumerable.Range(0, references.Length).Select(t => StepRow.Pack(info, [.. info.Inputs.Select(i => references.Inputs[i.Name][t])]))];
        // What is given once has the same values at all steps.
        SessionInput[] once = x.Length == 0 ? [] : [.. info.SessionInputs.Select(i => new SessionInput(i.Name, null, Array.ConvertAll(references.Inputs[i.Name][0], static v => (float)v)))];
        comparison.IsOfNoTimesteps = x.Length == 0;
        if (info.IsStreamable)
            Step(comparison, model, SessionValues.Start(model, once), x, references);
        if (model.FindLengthFault(x.Length) is null)
            Predict(comparison, model, SessionValues.Start(model, once), x, references);
        return null;
    }

    // Whole numbers have no roundings.
    private static Tolerance For(TensorInfo output) => output.IsInteger ? default : Allowed;

    private static void Step(Comparison comparison, Model model, ModelState state, float[][] x, StepReferences references)
    {
        var y = new float[model.Info.OutputWords];
        for (var t = 0; t < x.Length; t++)
        {
            model.Step(state, x[t], y);
            foreach (var (output, values) in StepRow.Unpack(model.Info, y))
            {
                if (references.Steps.TryGetValue(output.Name, out var steps))
                    comparison.Add($"s/{output.Name}", values, steps[t], For(output), t + 1);
                else
                    CompareWhole(comparison, output, values, references, t, x.Length);
            }
        }
    }

    private static void Predict(Comparison comparison, Model model, ModelState state, float[][] x, StepReferences references)
    {
        var info = model.Info;
        var y = new float[x.Length * info.OutputWords];
        model.Predict([new Sequence(state, x.Length, x.SelectMany(static row => row).ToArray(), y)]);
        for (var t = 0; t < x.Length; t++)
        {
            foreach (var (output, values) in StepRow.Unpack(info, y.AsMemory(t * info.OutputWords, info.OutputWords)))
            {
                if (references.Whole.ContainsKey(output.Name))
                    CompareWhole(comparison, output, values, references, t, x.Length);
                else if (references.Steps.TryGetValue(output.Name, out var steps) && (output.EveryStep || t == x.Length - 1))
                    comparison.Add($"s/{output.Name} of the whole sequence", values, steps[t], For(output), t + 1);
            }
        }
    }

    private static void CompareWhole(Comparison comparison, TensorInfo output, double[] values, StepReferences references, int t, int steps)
    {
        if (!references.Whole.TryGetValue(output.Name, out var whole))
            return;
        var isLastAlone = whole.Length == output.Size;
        if (!isLastAlone && whole.Length != steps * output.Size)
            comparison.Add($"w/{output.Name}", values, whole, For(output), t + 1);
        else if (!isLastAlone && (output.EveryStep || t == steps - 1))
            comparison.Add($"w/{output.Name}", values, whole.AsSpan(t * output.Size, output.Size), For(output), t + 1);
        else if (t == steps - 1)
            comparison.Add($"w/{output.Name}", values, whole, For(output), t + 1);
    }
}
