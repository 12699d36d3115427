using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Lstm.Engine.Onnx.Schema;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Cli.Bench.Cell;

/// <summary>An ONNX file with recurrent layers of random weights, whose states go in and out: x, h0, c0 → y, hn, cn.</summary>
internal static class CellModel
{
    private const int Seed = 20260101;
    private const int Opset = 14;

    /// <summary>Makes the file.</summary>
    /// <param name="shape">Cell, sizes, layers and head.</param>
    /// <returns>Its bytes. Weights are uniform in ±1/√hidden, as PyTorch's are at first.</returns>
    public static byte[] Create(CellShape shape)
    {
        var random = new Random(Seed);
        var graph = new GraphProto { Name = "bench" };
        graph.Input.Add(Port("x", "T", "B", shape.Input));
        string value = "x";
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            value = AddLayer(graph, shape, layer, value, random);
        }
        if (shape.Head > 0)
        {
            graph.Node.Add(new NodeProto { OpType = "MatMul", Name = "head", Input = { value, Weights(graph, "head.W", random, shape.Hidden, shape.Hidden, shape.Head) }, Output = { "head.y" } });
            graph.Node.Add(new NodeProto { OpType = "Add", Name = "head.add", Input = { "head.y", Weights(graph, "head.b", random, shape.Hidden, shape.Head) }, Output = { "y" } });
        }
        else
        {
            // Y of the last layer as it is: every node that is not needed would cost ONNX Runtime time.
            graph.Node.RemoveAt(graph.Node.Count - 1);
            graph.Node[^1].Output[0] = "y";
        }
        graph.Output.Insert(0, shape.Head > 0 ? Port("y", "T", "B", shape.Head) : Port("y", "T", 1, "B", shape.Hidden));
        return new ModelProto { IrVersion = 8, ProducerName = "lstm bench", Graph = graph, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } } }.ToByteArray();
    }

    private static string AddLayer(GraphProto graph, CellShape shape, int layer, string x, Random random)
    {
        int gates = shape.Cell switch { "lstm" => 4, "gru" => 3, _ => 1 };
        int input = layer == 0 ? shape.Input : shape.Hidden;
        string name = $"layer{layer}";
        string suffix = layer == 0 ? "" : $".{layer}";
        var node = new NodeProto { OpType = shape.Cell.ToUpperInvariant(), Name = name };
        node.Input.Add(
        [
            x,
            Weights(graph, $"{name}.W", random, shape.Hidden, 1, gates * shape.Hidden, input),
            Weights(graph, $"{name}.R", random, shape.Hidden, 1, gates * shape.Hidden, shape.Hidden),
            Weights(graph, $"{name}.B", random, shape.Hidden, 1, 2 * gates * shape.Hidden),
            "",
            State(graph, $"h0{suffix}", shape.Hidden, graph.Input),
        ]);
        node.Output.Add([$"{name}.Y", State(graph, $"hn{suffix}", shape.Hidden, graph.Output)]);
        if (shape.Cell == "lstm")
        {
            node.Input.Add(State(graph, $"c0{suffix}", shape.Hidden, graph.Input));
            node.Output.Add(State(graph, $"cn{suffix}", shape.Hidden, graph.Output));
        }
        node.Attribute.Add(new AttributeProto { Name = "hidden_size", Type = AttributeProto.Types.AttributeType.Int, I = shape.Hidden });
        if (shape.Cell == "gru")
        {
            node.Attribute.Add(new AttributeProto { Name = "linear_before_reset", Type = AttributeProto.Types.AttributeType.Int, I = 1 });
        }
        graph.Node.Add(node);
        graph.Node.Add(new NodeProto { OpType = "Squeeze", Name = $"{name}.squeeze", Input = { $"{name}.Y", Axes(graph, $"{name}.axes") }, Output = { $"{name}.y" } });
        return $"{name}.y";
    }

    private static string Axes(GraphProto graph, string name)
    {
        graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)DataType.Int64, Dims = { 1 }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>([1])) });
        return name;
    }

    private static string State(GraphProto graph, string name, int hidden, RepeatedField<ValueInfoProto> ports)
    {
        ports.Add(Port(name, 1, "B", hidden));
        return name;
    }

    private static string Weights(GraphProto graph, string name, Random random, int hidden, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, static (product, n) => product * n)];
        float most = 1 / MathF.Sqrt(hidden);
        for (int n = 0; n < values.Length; n++)
        {
            values[n] = ((2 * random.NextSingle()) - 1) * most;
        }
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) };
        tensor.Dims.Add(shape.Select(static n => (long)n));
        graph.Initializer.Add(tensor);
        return name;
    }

    private static ValueInfoProto Port(string name, params object[] axes)
    {
        var shape = new TensorShapeProto();
        foreach (object axis in axes)
        {
            shape.Dim.Add(axis is int length ? new TensorShapeProto.Types.Dimension { DimValue = length } : new TensorShapeProto.Types.Dimension { DimParam = (string)axis });
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = shape } } };
    }
}
