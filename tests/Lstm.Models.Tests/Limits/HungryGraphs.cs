using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Models.Tests.Limits;

/// <summary>LSTMs with something beside them that takes more time or memory than any server has.</summary>
internal static class HungryGraphs
{
    /// <summary>All of them by name: each adds to an LSTM over [T, 1, 3] a value, which is added to its output.</summary>
    public static readonly IReadOnlyDictionary<string, Func<OnnxBuilder, string>> ByName = new Dictionary<string, Func<OnnxBuilder, string>>
    {
        ["a loop without end over constants"] = static g => Loop(g, "", True(g), g.Floats([1f]), static (b, v) => b.Node("Mul", [v, b.Floats([1f])])),
        ["a loop without end over the input"] = static g => Loop(g, "", True(g), Sum(g, "x"), static (b, v) => b.Node("Sin", [v])),
        ["a loop of 2^62 rounds over constants"] = static g => Loop(g, g.Integer(1L << 62), True(g), g.Floats([1f]), static (b, v) => b.Node("Sin", [v])),
        ["a loop of 2^40 rounds over the input"] = static g => Loop(g, g.Integer(1L << 40), True(g), Sum(g, "x"), static (b, v) => b.Node("Sin", [v])),
        ["loops in loops"] = static g => Loop(g, g.Integer(1 << 20), True(g), Sum(g, "x"), static (b, v) => Loop(b, b.Integer(1 << 20), True(b), v, static (c, w) => c.Node("Sin", [w]))),
        ["a loop that collects without end"] = static g => Collect(g),
        ["zeros, 2^40 of them"] = static g => Sum(g, g.Node("ConstantOfShape", [g.Integers(1 << 20, 1 << 20)])),
        ["zeros of a computed shape, 2^40 of them"] = static g => Sum(g, g.Node("ConstantOfShape", [g.Node("Mul", [g.Integers(1 << 10, 1 << 10), g.Integers(1 << 10, 1 << 10)])])),
        ["expanded to 2^40 values"] = static g => Sum(g, g.Node("Expand", [Sum(g, "x"), g.Integers(1 << 20, 1 << 20)])),
        ["tiled to 2^40 values"] = static g => Sum(g, g.Node("Tile", [g.Reshaped(Sum(g, "x"), 1, 1), g.Integers(1 << 20, 1 << 20)])),
        ["a range of 2^40 numbers"] = static g => Sum(g, g.Cast(g.Node("Range", [g.Integer(0), g.Integer(1L << 40), g.Integer(1)]), DataType.Float)),
        ["joined with itself 40 times"] = static g => Sum(g, Doubled(g, g.Floats([1f], 1), 40)),
        ["the input joined with itself 40 times"] = static g => Sum(g, Doubled(g, g.Node("Sin", [g.Reshaped(Sum(g, "x"), 1)]), 40)),
        ["a product of 2^50 multiplications"] = static g => Sum(g, Product(g, 1 << 13)),
        ["padded by 2^40 values"] = static g => Sum(g, g.Node("Pad", [g.Reshaped(Sum(g, "x"), 1), g.Integers(0, 1L << 40)])),
        ["a thousand constants of 4 MB"] = static g => Many(g, 1000, static (b, n) => b.Node("ConstantOfShape", [b.Integers(1 << 20)])),
        ["2000 LSTMs that share their weights"] = static g => SharedWeights(g, 2000),
    };

    /// <summary>Writes one of them.</summary>
    /// <param name="name">Which.</param>
    /// <param name="path">Where.</param>
    /// <returns>The path.</returns>
    public static string Write(string name, string path)
    {
        var graph = new OnnxBuilder(17);
        graph.Input("x", "T 1 3");
        graph.Floats([.. Enumerable.Range(0, 60).Select(static n => MathF.Sin(n))], 1, 20, 3);
        string y = graph.Nodes("LSTM", [true], [
            "x", graph.Floats([.. Enumerable.Range(0, 60).Select(static n => MathF.Sin(n))], 1, 20, 3),
            graph.Floats([.. Enumerable.Range(0, 100).Select(static n => MathF.Cos(n))], 1, 20, 5)], ("hidden_size", 5))[0];
        graph.Output(graph.Node("Add", [y, ByName[name](graph)]), "T 1 1 5", "y");
        return graph.Write(path);
    }

    private static string True(OnnxBuilder g) => g.Initializer(new TensorProto { DataType = (int)DataType.Bool, Int32Data = { 1 } });

    // One number, whatever there is.
    private static string Sum(OnnxBuilder g, string value) => g.Reduce("ReduceMax", value, keepDims: false);

    private static string Loop(OnnxBuilder g, string rounds, string goOn, string start, Func<OnnxBuilder, string, string> step)
    {
        OnnxBuilder body = g.Subgraph();
        string round = body.Input(body.NewName("round"), "", DataType.Int64);
        string before = body.Input(body.NewName("before"), "", DataType.Bool);
        string value = body.Input(body.NewName("value"), "");
        body.Output(body.Node("Identity", [before]), "", type: DataType.Bool);
        body.Output(step(body, value), "");
        return g.Node("Loop", [rounds, goOn, start], ("body", body.Graph));
    }

    private static string Collect(OnnxBuilder g)
    {
        OnnxBuilder body = g.Subgraph();
        body.Input(body.NewName("round"), "", DataType.Int64);
        string before = body.Input(body.NewName("before"), "", DataType.Bool);
        string value = body.Input(body.NewName("value"), "1024");
        body.Output(body.Node("Identity", [before]), "", type: DataType.Bool);
        body.Output(body.Node("Sin", [value]), "1024");
        body.Output(body.Node("Cos", [value]), "1024");
        return Sum(g, g.Nodes("Loop", [false, true], [g.Integer(1L << 40), True(g), g.Node("Expand", [Sum(g, "x"), g.Integers(1024)])], ("body", body.Graph))[1]);
    }

    private static string Doubled(OnnxBuilder g, string value, int times)
    {
        for (int n = 0; n < times; n++)
            value = g.Node("Concat", [value, value], ("axis", 0));
        return value;
    }

    private static string Product(OnnxBuilder g, int size)
    {
        string matrix = g.Node("Expand", [Sum(g, "x"), g.Integers(size, size)]);
        for (int n = 0; n < 100; n++)
            matrix = g.Node("MatMul", [matrix, matrix]);
        return matrix;
    }

    private static string Many(OnnxBuilder g, int count, Func<OnnxBuilder, int, string> value)
    {
        string sum = Sum(g, value(g, 0));
        for (int n = 1; n < count; n++)
            sum = g.Node("Add", [sum, Sum(g, value(g, n))]);
        return sum;
    }

    private static string SharedWeights(OnnxBuilder g, int count)
    {
        const int size = 160;
        string w = g.Floats(new float[4 * size * size], 1, 4 * size, size);
        string x = g.Node("MatMul", ["x", g.Floats(new float[3 * size], 3, size)]);
        for (int n = 0; n < count; n++)
            x = g.Squeeze(g.Nodes("LSTM", [true], [x, w, w], ("hidden_size", size))[0], 1);
        return g.Node("MatMul", [x, g.Floats(new float[size], size, 1)]);
    }
}
