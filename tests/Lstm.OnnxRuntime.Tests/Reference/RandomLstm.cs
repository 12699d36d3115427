using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;

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
        var graph = new GraphProto { Name = "random_lstm" };
        graph.Input.Add(Value("x", "T", "B", InputSize));
        graph.Output.Add(Value("y", "T", "B", HiddenSize));
        if (Opset >= 13)
            graph.Initializer.Add(new TensorProto { Name = "axis", DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 1 }, Int64Data = { 1 } });
        for (var layer = 0; layer < Layers.Count; layer++)
            AddLayer(graph, layer, withState);
        var model = new ModelProto { IrVersion = 8, ProducerName = "random", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        using var file = File.Create(path);
        model.WriteTo(file);
    }

    public override string ToString() => $"seed {Seed}: opset {Opset}, {Layers.Count} layers, input {InputSize}, hidden {HiddenSize}, {(Bias ? "bias" : "no bias")}";

    private void AddLayer(GraphProto graph, int layer, bool withState)
    {
        var (w, r, b, inputSize) = Layers[layer];
        graph.Initializer.Add(Tensor($"W{layer}", w, 1, 4 * HiddenSize, inputSize));
        graph.Initializer.Add(Tensor($"R{layer}", r, 1, 4 * HiddenSize, HiddenSize));
        if (b is not null)
            graph.Initializer.Add(Tensor($"B{layer}", b, 1, 8 * HiddenSize));
        var node = new NodeProto { Name = $"lstm{layer}", OpType = "LSTM", Output = { $"Y{layer}" } };
        node.Input.Add([layer == 0 ? "x" : $"y{layer - 1}", $"W{layer}", $"R{layer}", b is null ? "" : $"B{layer}"]);
        node.Attribute.Add(new AttributeProto { Name = "hidden_size", Type = AttributeProto.Types.AttributeType.Int, I = HiddenSize });
        if (withState)
        {
            node.Input.Add(["", $"h0_{layer}", $"c0_{layer}"]);
            node.Output.Add([$"hn_{layer}", $"cn_{layer}"]);
            foreach (var letter in "hc")
            {
                graph.Input.Add(Value($"{letter}0_{layer}", 1, "B", HiddenSize));
                graph.Output.Add(Value($"{letter}n_{layer}", 1, "B", HiddenSize));
            }
        }
        // Y is [T, directions, B, H]; the axes of Squeeze moved from an attribute to an input in opset 13.
        var squeeze = new NodeProto { Name = $"squeeze{layer}", OpType = "Squeeze", Input = { $"Y{layer}" } };
        squeeze.Output.Add(layer == Layers.Count - 1 ? "y" : $"y{layer}");
        if (Opset >= 13)
            squeeze.Input.Add("axis");
        else
            squeeze.Attribute.Add(new AttributeProto { Name = "axes", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 1 } });
        graph.Node.Add(node);
        graph.Node.Add(squeeze);
    }

    private static ValueInfoProto Value(string name, params object[] shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = new TensorShapeProto() };
        foreach (var n in shape)
        {
            tensor.Shape.Dim.Add(n is int length
                ? new TensorShapeProto.Types.Dimension { DimValue = length }
                : new TensorShapeProto.Types.Dimension { DimParam = (string)n });
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static TensorProto Tensor(string name, float[] values, params long[] dims) => new()
    {
        Name = name,
        DataType = (int)TensorProto.Types.DataType.Float,
        Dims = { dims },
        RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())),
    };

    private static float[] Uniform(Random random, int count, double bound)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
            value = (float)((2 * random.NextDouble() - 1) * bound);
        return values;
    }
}
