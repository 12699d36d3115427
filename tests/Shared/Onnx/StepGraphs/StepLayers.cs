namespace Lstm.Tests.Shared.Onnx.StepGraphs;

/// <summary>Linear layers and norms as exporters write them, with random weights.</summary>
internal sealed class StepLayers(OnnxBuilder file, Random random)
{
    private readonly bool _usesGemm = random.Next(2) == 0;

    /// <summary>The graph.</summary>
    public OnnxBuilder File => file;

    /// <summary>Where random numbers come from.</summary>
    public Random Random => random;

    /// <summary>Whether [x, h] goes through one layer, or each through its own.</summary>
    public bool JoinsInputs { get; } = random.Next(3) == 0;

    public string Op(string op, params string[] inputs) => file.Node(op, inputs);

    public string Sigmoid(string x) => Op("Sigmoid", x);

    public string Tanh(string x) => Op("Tanh", x);

    public string Weights(params long[] dims)
    {
        float[] values = new float[dims.Aggregate(1L, static (product, n) => product * n)];
        for (int n = 0; n < values.Length; n++)
        {
            values[n] = (random.NextSingle() - 0.5f) * 1.6f;
        }
        return file.Floats(values, dims);
    }

    public string Linear(string x, int inputs, int outputs, bool hasBias = true) =>
        _usesGemm ? file.Node("Gemm", hasBias ? [x, Weights(outputs, inputs), Weights(outputs)] : [x, Weights(outputs, inputs)], ("transB", 1))
        : hasBias ? Op("Add", Op("MatMul", x, Weights(inputs, outputs)), Weights(outputs))
        : Op("MatMul", x, Weights(inputs, outputs));

    /// <summary>W x + R h, joined or apart.</summary>
    public string Sum(string x, int inputs, string h, int size, int outputs) => JoinsInputs
        ? Linear(file.Node("Concat", [x, h], ("axis", -1)), inputs + size, outputs)
        : Op("Add", Linear(x, inputs, outputs), Linear(h, size, outputs, random.Next(2) == 0));

    /// <summary>LayerNorm, as a node or in parts.</summary>
    public string Norm(string x, int size)
    {
        if (random.Next(2) == 0)
        {
            return file.Node("LayerNormalization", [x, Weights(size), Weights(size)], ("axis", -1));
        }
        string centred = Op("Sub", x, file.Reduce("ReduceMean", x, true, -1));
        string variance = file.Reduce("ReduceMean", Op("Mul", centred, centred), true, -1);
        string normed = Op("Div", centred, Op("Sqrt", Op("Add", variance, file.Floats([1e-5f]))));
        return Op("Add", Op("Mul", normed, Weights(size)), Weights(size));
    }

    public string OneMinus(string x) => Op("Sub", file.Floats([1]), x);
}
