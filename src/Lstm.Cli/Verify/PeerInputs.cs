using Lstm.Engine;

namespace Lstm.Cli.Verify;

/// <summary>Seeded random input for a model that comes without any: floats in [-1, 1), integers in the range that the model takes.</summary>
internal static class PeerInputs
{
    /// <summary>Every run of every machine gets the same input.</summary>
    public const int Seed = 20140701;

    // Beyond this the input is no token but a number that happens to be an integer.
    private const int LargestVocabulary = 1 << 20;

    /// <summary>Makes x(1) … x(T), each [input_size].</summary>
    /// <exception cref="InvalidOperationException">The model refuses every input that was tried.</exception>
    public static float[][] Create(Model model, int steps)
    {
        var info = model.Info;
        var random = new Random(Seed);
        var counts = new int[info.Inputs.Count];
        for (var (i, offset) = (0, 0); i < counts.Length; offset += info.Inputs[i].Size, i++)
            counts[i] = IsInteger(info.Inputs[i]) ? CountValues(model, offset, info.Inputs[i].Size) : 0;
        var x = Fill(info, counts, random, steps);
        if (x.Any(row => model.FindInputFault(row) is not null))
        {
            // Tokens may come as floats that the graph casts itself.
            for (var (i, offset) = (0, 0); i < counts.Length; offset += info.Inputs[i].Size, i++)
                counts[i] = CountValues(model, offset, info.Inputs[i].Size);
            x = Fill(info, counts, random, steps);
        }
        return x.Select(row => model.FindInputFault(row)).FirstOrDefault(static fault => fault is not null) is { } fault
            ? throw new InvalidOperationException($"No random input was found that the model takes: {fault}")
            : x;
    }

    private static float[][] Fill(ModelInfo info, int[] counts, Random random, int steps)
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
                    value = counts[i] > 0 ? random.Next(counts[i]) : (float)(2 * random.NextDouble() - 1);
            }
        }
        return x;
    }

    private static bool IsInteger(TensorInfo input) => !input.ElementType.StartsWith("float", StringComparison.Ordinal);

    // How many values, from 0, the model takes: doubled until refused, then halved between.
    private static int CountValues(Model model, int offset, int size)
    {
        var x = new float[model.Info.InputSize];
        bool Takes(int value)
        {
            x.AsSpan(offset, size).Fill(value);
            return model.FindInputFault(x) is null;
        }

        var (good, bad) = (0, 1);
        while (bad < LargestVocabulary && Takes(bad))
            (good, bad) = (bad, 2 * bad);
        if (bad >= LargestVocabulary)
            return 2;
        while (bad - good > 1)
        {
            var middle = (good + bad) / 2;
            (good, bad) = Takes(middle) ? (middle, bad) : (good, middle);
        }
        return good + 1;
    }
}
