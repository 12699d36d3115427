using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>The inputs of a random graph: one to three, real numbers or tokens, brought together into one value.</summary>
internal sealed class RandomInputs(GraphDraw draw, RandomHead head, List<GraphInput> inputs)
{
    private OnnxBuilder File => draw.File;

    /// <summary>Adds the inputs.</summary>
    /// <returns>What they make together, with one axis of features.</returns>
    public GraphValue Add()
    {
        int count = draw.Pick(1, 1, 1, 2, 3);
        GraphValue result = AddOne();
        while (--count > 0)
        {
            GraphValue other = AddOne();
            result = other.LastFeature == result.LastFeature && draw.Chance(0.5)
                ? result.Named(File.Node("Add", [result.Name, other.Name]))
                : result.With(File.Node("Concat", [result.Name, other.Name], ("axis", draw.Pick(2, draw.Opset >= 11 ? -1 : 2))), result.LastFeature + other.LastFeature);
        }
        return result;
    }

    private GraphValue AddOne() => draw.Chance(0.25) ? AddTokens() : AddReals();

    private GraphValue AddReals()
    {
        int[] features = draw.Number(0, 9) switch { 0 => [], 1 => [draw.Number(1, 3), draw.Number(1, 3)], _ => [draw.Number(1, 6)] };
        GraphValue x = AddInput(DataType.Float, features, 0);
        return features.Length == 0 ? x.With(File.Unsqueeze(x.Name, 2), 1) : head.Flat(x);
    }

    private GraphValue AddTokens()
    {
        int tokens = draw.Number(2, 20);
        int[] features = draw.Number(0, 3) switch { 0 => [1], 1 => [draw.Number(2, 3)], _ => [] };
        GraphValue x = AddInput(draw.Pick(DataType.Int64, DataType.Int64, DataType.Int32, DataType.Float), features, tokens);
        if (inputs[^1].Type == DataType.Float)
        {
            x = x.Named(File.Cast(x.Name, draw.Pick(DataType.Int64, DataType.Int32)));
        }
        if (features is [1])
        {
            x = x.With(File.Squeeze(x.Name, 2));
        }
        int width = draw.Number(1, 6);
        string table = draw.Weights(draw.Reals(tokens * width, 1), tokens, width);
        string embedded = File.Node("Gather", [table, x.Name], ("axis", draw.Chance(0.5) ? 0 : null));
        draw.Note($"embedding {tokens}×{width}");
        return head.Flat(x.With(embedded, [.. x.Features, width]));
    }

    private GraphValue AddInput(DataType type, int[] features, int tokens)
    {
        string name = $"x{inputs.Count}";
        var value = new GraphValue(name, draw.Layout, features);
        string shape = value.Shape.Replace("T", draw.Length?.ToString() ?? "T");
        inputs.Add(new GraphInput(name, type, features, tokens));
        draw.Note($"{name} {type} [{string.Join(", ", features)}]");
        if (draw.Batch == GraphBatch.None)
        {
            File.Input(name, shape.Replace("B", ""), type);
            return value.Named(File.Unsqueeze(name, value.Batch));
        }
        File.Input(name, draw.Batch == GraphBatch.One ? shape.Replace('B', '1') : shape, type);
        return value;
    }
}
