using Lstm.Engine.Kernels;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.Engine.Tests.Laws;

/// <summary>The models on which law 2 is tested, by name: those that ship, and random ones with heads, of sizes that fill vectors and tiles badly.</summary>
internal static class LawModels
{
    private const int InputSize = 7;
    private const int HeadSize = 6;
    private const int OutputSize = 5;

    private static readonly int[] _sizes = [1, 3, 17, 40, 64, 100, 130];

    /// <summary>Models that are stepped.</summary>
    public static IReadOnlyList<string> Stepped { get; } = ["nyc-taxi", "char-lm", .. Random("lstm", "peephole", "gru", "gru_reset_before", "rnn", "stacked")];

    /// <summary>Models that run whole sequences only.</summary>
    public static IReadOnlyList<string> Whole { get; } = [.. Random("bidirectional")];

    /// <summary>Loads a model.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="seed">Where its weights are drawn from, unless it ships.</param>
    /// <param name="width">The vector width.</param>
    /// <returns>The model.</returns>
    public static NativeModel Load(string name, int seed, VectorWidth width)
    {
        switch (name)
        {
            case "nyc-taxi":
                return NativeModel.Load(ShippedModels.NycTaxi, width);
            case "char-lm":
                return NativeModel.Load(ShippedModels.CharLm, width);
        }
        string folder = Directory.CreateTempSubdirectory("lstm-laws-").FullName;
        try
        {
            return NativeModel.Load(Build(name, seed).Write(Path.Combine(folder, "model.onnx")), width);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What a session gets.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="inputSize">I of the model.</param>
    /// <param name="seed">Where the values are drawn from.</param>
    /// <param name="session">Number of the session; each has its own.</param>
    /// <param name="steps">T.</param>
    /// <returns>x, [T, input_size].</returns>
    public static float[] Inputs(string name, int inputSize, int seed, int session, int steps)
    {
        var random = new Random(unchecked((seed * 1009) + session));
        return name switch
        {
            "nyc-taxi" => [.. Enumerable.Range(0, steps).SelectMany(_ => ShippedModels.TaxiInput(random))],
            "char-lm" => [.. Enumerable.Range(0, steps).Select(_ => (float)random.Next(65))],
            _ => Uniform(random, steps * inputSize, 2),
        };
    }

    private static IEnumerable<string> Random(params string[] kinds) => kinds.SelectMany(static kind => _sizes.Select(size => $"{kind}-{size}"));

    private static OnnxBuilder Build(string name, int seed)
    {
        string kind = name[..name.IndexOf('-', StringComparison.Ordinal)];
        int size = int.Parse(name.AsSpan(kind.Length + 1), null);
        var random = new Random(unchecked(seed + size));
        var file = new OnnxBuilder(opset: 17);
        string x = file.Input("x", $"T B {InputSize}");
        int width = InputSize;
        for (int layer = 0; layer < (kind == "stacked" ? 2 : 1); layer++)
        {
            x = Recurrent(file, random, kind, x, width, size);
            width = kind == "bidirectional" ? 2 * size : size;
        }
        x = Dense(file, random, file.Node("Relu", [Dense(file, random, x, width, HeadSize)]), HeadSize, OutputSize);
        file.Output(file.Node("Softmax", [x], ("axis", -1)), $"T B {OutputSize}", "y");
        return file;
    }

    private static string Recurrent(OnnxBuilder file, Random random, string kind, string x, int inputSize, int size)
    {
        bool isBidirectional = kind == "bidirectional";
        int directions = isBidirectional ? 2 : 1;
        (string op, int gates) = kind switch { "gru" or "gru_reset_before" => ("GRU", 3), "rnn" => ("RNN", 1), _ => ("LSTM", 4) };
        float bound = 1.5f / MathF.Sqrt(size);
        string[] inputs =
        [
            x,
            file.Floats(Uniform(random, directions * gates * size * inputSize, bound), directions, gates * size, inputSize),
            file.Floats(Uniform(random, directions * gates * size * size, bound), directions, gates * size, size),
            file.Floats(Uniform(random, directions * 2 * gates * size, 0.5f), directions, 2 * gates * size),
        ];
        string y = file.Nodes(
            op,
            [true],
            kind == "peephole" ? [.. inputs, "", "", "", file.Floats(Uniform(random, 3 * size, 0.7f), 1, 3 * size)] : inputs,
            ("hidden_size", size),
            ("direction", isBidirectional ? "bidirectional" : null),
            ("linear_before_reset", kind == "gru" ? 1 : null))[0];
        return isBidirectional ? file.Reshaped(file.Transpose(y, 0, 2, 1, 3), 0, 0, 2 * size) : file.Squeeze(y, 1);
    }

    private static string Dense(OnnxBuilder file, Random random, string x, int inputs, int outputs) => file.Node(
        "Add",
        [
            file.Node("MatMul", [x, file.Floats(Uniform(random, inputs * outputs, 2 / MathF.Sqrt(inputs)), inputs, outputs)]),
            file.Floats(Uniform(random, outputs, 0.5f), outputs),
        ]);

    private static float[] Uniform(Random random, int count, float bound) =>
        [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * bound)];
}
