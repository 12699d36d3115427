using Lstm.Engine;

namespace Lstm.Cli.Verify.Runtime;

/// <summary>Seeded random input for a model that comes without any: floats in [-1, 1), integers in the range that the model takes.</summary>
internal static class ReferenceInputs
{
    /// <summary>Every run of every machine gets the same input.</summary>
    public const int Seed = 20140701;

    /// <summary>Makes x(1) … x(T), each [input_size].</summary>
    /// <exception cref="InvalidOperationException">The model refuses every input that was tried.</exception>
    public static float[][] Create(Model model, int steps) =>
        Candidates(model, FileGraph.Read(model.Info.Path), ModelNotes.Read(model.Info.Path), steps).FirstOrDefault()
        ?? throw new InvalidOperationException($"No random input was found that the model '{model.Info.Path}' takes.");

    /// <summary>Makes x(1) … x(T), each [input_size], in several ways: what integers mean is found by trying.</summary>
    /// <returns>Only such as the engine takes; perhaps none.</returns>
    public static IEnumerable<float[][]> Candidates(Model model, FileGraph graph, ModelNotes notes, int steps)
    {
        var info = model.Info;
        bool IsOnce(TensorInfo input) => IsInteger(input) && input.TimeAxis < 0 && info.Inputs.Any(static other => other.TimeAxis >= 0);

        double? Fixed(TensorInfo input) => notes.Values.TryGetValue(input.Name, out var value) ? value : graph.IsLength(input.Name) ? info.IsStreamable ? 1 : steps : null;

        double? Once(TensorInfo input, int value) => Fixed(input) ?? (IsOnce(input) ? value : null);

        Func<IEnumerable<float[][]>>[] ways =
        [
            () => Fill(model, [.. info.Inputs.Select(i => Fixed(i))], onlyIntegers: true, steps),
            // Tokens may come as floats that the graph casts itself.
            () => Fill(model, [.. info.Inputs.Select(i => Fixed(i))], onlyIntegers: false, steps),
            () => Fill(model, [.. info.Inputs.Select(i => Once(i, steps))], onlyIntegers: true, steps),
            () => Fill(model, [.. info.Inputs.Select(i => Once(i, 1))], onlyIntegers: true, steps),
        ];
        return ways.SelectMany(static way => way());
    }

    private static IEnumerable<float[][]> Fill(Model model, double?[] values, bool onlyIntegers, int steps)
    {
        var info = model.Info;
        var random = new Random(Seed);
        var counts = new int[info.Inputs.Count];
        for (var (i, offset) = (0, 0); i < counts.Length; offset += info.Inputs[i].Size, i++)
            counts[i] = (IsInteger(info.Inputs[i]) || !onlyIntegers) && values[i] is null ? CountValues(model, values, offset, info.Inputs[i].Size) : 0;
        var x = Fill(info, counts, values, random, steps);
        if (Array.TrueForAll(x, row => model.FindInputFault(row) is null))
            yield return x;
    }

    private static float[][] Fill(ModelInfo info, int[] counts, double?[] fixedValues, Random random, int steps)
    {
        var x = new float[steps][];
        for (var t = 0; t < steps; t++)
        {
            x[t] = new float[info.InputSize];
            for (var (i, offset) = (0, 0); i < counts.Length; offset += info.Inputs[i].Size, i++)
            {
                var values = x[t].AsSpan(offset, info.Inputs[i].Size);
                // What has no axis of time holds for the whole sequence.
                if (t > 0 && info.Inputs[i].TimeAxis < 0 && info.Inputs.Any(static input => input.TimeAxis >= 0))
                {
                    x[0].AsSpan(offset, values.Length).CopyTo(values);
                    continue;
                }
                foreach (ref var value in values)
                    value = fixedValues[i] is { } one ? (float)one : counts[i] > 0 ? random.Next(counts[i]) : (float)(2 * random.NextDouble() - 1);
            }
        }
        return x;
    }

    private static bool IsInteger(TensorInfo input) => !input.ElementType.StartsWith("float", StringComparison.Ordinal);

    private static int CountValues(Model model, double?[] fixedValues, int offset, int size)
    {
        var x = new float[model.Info.InputSize];
        for (var (i, at) = (0, 0); i < fixedValues.Length; at += model.Info.Inputs[i].Size, i++)
            x.AsSpan(at, model.Info.Inputs[i].Size).Fill((float)(fixedValues[i] ?? 0));

        bool Takes(int value)
        {
            x.AsSpan(offset, size).Fill(value);
            return model.FindInputFault(x) is null;
        }

        return Vocabulary.Count(Takes);
    }
}
