using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;
using AttributeType = Lstm.Engine.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Cli.Bench.Service;

/// <summary>A network of one LSTM layer with random weights and its state in the graph: x [T, B, I], h0, c0 [1, B, H] → y [T, B, H], hn, cn.</summary>
internal static class GeneratedLstm
{
    /// <summary>Every run on every machine gets the same weights.</summary>
    public const int Seed = 20140702;

    /// <summary>What its name begins with; the hidden size follows: lstm-128.</summary>
    public const string Prefix = "lstm-";

    private const int LargestSize = 8192;
    private const int Gates = 4;
    private const int Opset = 17;

    /// <summary>Reads a name of the form lstm-H.</summary>
    /// <param name="name">The name.</param>
    /// <param name="size">H, which is also I.</param>
    /// <returns>False: it is no such name.</returns>
    public static bool TryParse(string name, out int size)
    {
        size = 0;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is > 0 and <= LargestSize;
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="size">I and H.</param>
    public static void Write(string path, int size)
    {
        var random = new Random(Seed);
        var graph = new GraphProto { Name = "generated" };
        graph.Input.Add([Port("x", "T", size), Port("h0", "1", size), Port("c0", "1", size)]);
        graph.Output.Add([Port("y", "T", size), Port("hn", "1", size), Port("cn", "1", size)]);
        graph.Initializer.Add([Weights("W", random, size, 1, Gates * size, size), Weights("R", random, size, 1, Gates * size, size), Weights("bias", random, size, 1, 2 * Gates * size)]);
        graph.Initializer.Add(new TensorProto { Name = "direction", DataType = (int)DataType.Int64, Dims = { 1 }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>([1])) });
        graph.Node.Add(new NodeProto
        {
            OpType = "LSTM",
            Name = "lstm",
            Input = { "x", "W", "R", "bias", "", "h0", "c0" },
            Output = { "sequence", "hn", "cn" },
            Attribute = { new AttributeProto { Name = "hidden_size", Type = AttributeType.Int, I = size } },
        });
        graph.Node.Add(new NodeProto { OpType = "Squeeze", Name = "squeeze", Input = { "sequence", "direction" }, Output = { "y" } });
        var model = new ModelProto { IrVersion = 8, ProducerName = "lstm bench", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        File.WriteAllBytes(path, model.ToByteArray());
    }

    // Uniform in ±1/√H, as PyTorch initialises its LSTM.
    private static TensorProto Weights(string name, Random random, int size, params long[] dims)
    {
        var values = new float[dims.Aggregate(1L, static (product, n) => product * n)];
        float bound = 1 / MathF.Sqrt(size);
        foreach (ref float value in values.AsSpan())
            value = bound * (2 * random.NextSingle() - 1);
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)) };
        tensor.Dims.Add(dims);
        return tensor;
    }

    private static ValueInfoProto Port(string name, string first, int size)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add([Axis(first), Axis("B"), Axis(size.ToString(CultureInfo.InvariantCulture))]);
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = shape } } };
    }

    private static TensorShapeProto.Types.Dimension Axis(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            ? new TensorShapeProto.Types.Dimension { DimValue = length }
            : new TensorShapeProto.Types.Dimension { DimParam = text };
}
