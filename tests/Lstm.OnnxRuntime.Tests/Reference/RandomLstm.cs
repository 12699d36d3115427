using Lstm.Tests.Shared.Onnx;

namespace Lstm.OnnxRuntime.Tests.Reference;

/// <summary>A stack of LSTM layers with random weights, uniform in ±1/√H, which writes itself as an ONNX file.</summary>
internal sealed class RandomLstm
{
    private RandomLstm(int seed, int opset, int inputSize, int hiddenSize, int layers, bool bias)
    {
        (Seed, Opset, InputSize, HiddenSize, Bias) = (seed, opset, inputSize, hiddenSize, bias);
        var random = new Random(seed);
        var bound = 1 / Math.Sqrt(hiddenSize);
        Layers = [.. Enumerable.Range(0, layers).Select(layer =>
        {
            var m = layer == 0 ? inputSize : hiddenSize;
            return (Uniform(random, 4 * hiddenSize * m, bound), Uniform(random, 4 * hiddenSize * hiddenSize, bound), bias ? Uniform(random, 8 * hiddenSize, bound) : null, m);
        })];
    }

    public int Seed { get; }
    public int Opset { get; }
    public int InputSize { get; }
    public int HiddenSize { get; }
    public bool Bias { get; }

    /// <summary>W, R, B (or null) and input size of each layer.</summary>
    public IReadOnlyList<(float[] W, float[] R, float[]? B, int InputSize)> Layers { get; }

    /// <summary>The state pairs of the state form, layer by layer, h before c.</summary>
    public IReadOnlyList<OrtStatePair> StatePairs =>
        [.. Enumerable.Range(0, Layers.Count).SelectMany(static layer => (OrtStatePair[])[new($"h0_{layer}", $"hn_{layer}"), new($"c0_{layer}", $"cn_{layer}")])];

    /// <summary>Draws sizes and weights from a seed.</summary>
    public static RandomLstm Draw(int seed, int opset, int layers)
    {
        var random = new Random(-seed);
        // Half of the sizes at the edges of vectors and caches, half anywhere in the range.
        int[] edges = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 299, 300];
        var hidden = random.Next(2) == 0 ? edges[random.Next(edges.Length)] : random.Next(1, 301);
        return new RandomLstm(seed, opset, random.Next(1, 65), hidden, layers, bias: random.Next(3) > 0);
    }

    /// <summary>x(1) … x(T), uniform in ±1.</summary>
    public float[][] Inputs(int steps)
    {
        var random = new Random(Seed ^ 0x5eed);
        return [.. Enumerable.Range(0, steps).Select(_ => Uniform(random, InputSize, 1))];
    }

    public IReadOnlyList<Float64Lstm> CreateReference() =>
        [.. Layers.Select(l => new Float64Lstm(l.W, l.R, l.B, l.InputSize, HiddenSize))];

    /// <summary>Writes the model: x [T, B, I] → y [T, B, H], with state inputs and outputs [1, B, H] of every layer, or without.</summary>
    public void Write(string path, bool withState)
    {
        var file = new OnnxBuilder(Opset);
        var y = file.Input("x", $"T B {InputSize}");
        for (var layer = 0; layer < Layers.Count; layer++)
            y = AddLayer(file, layer, y, withState);
        file.Output(y, $"T B {HiddenSize}", "y");
        file.Write(path);
    }

    public override string ToString() => $"seed {Seed}: opset {Opset}, {Layers.Count} layers, input {InputSize}, hidden {HiddenSize}, {(Bias ? "bias" : "no bias")}";

    private string AddLayer(OnnxBuilder file, int layer, string x, bool withState)
    {
        var (w, r, b, inputSize) = Layers[layer];
        List<string> inputs =
        [
            x,
            file.Floats(w, 1, 4 * HiddenSize, inputSize),
            file.Floats(r, 1, 4 * HiddenSize, HiddenSize),
            b is null ? "" : file.Floats(b, 1, 8 * HiddenSize),
        ];
        if (withState)
            inputs.AddRange(["", file.Input($"h0_{layer}", $"1 B {HiddenSize}"), file.Input($"c0_{layer}", $"1 B {HiddenSize}")]);
        var outputs = file.Nodes("LSTM", [true, withState, withState], inputs, ("hidden_size", HiddenSize));
        if (withState)
        {
            file.Output(outputs[1], $"1 B {HiddenSize}", $"hn_{layer}");
            file.Output(outputs[2], $"1 B {HiddenSize}", $"cn_{layer}");
        }
        // Y is [T, directions, B, H].
        return file.Squeeze(outputs[0], 1);
    }

    private static float[] Uniform(Random random, int count, double bound)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
            value = (float)((2 * random.NextDouble() - 1) * bound);
        return values;
    }
}
