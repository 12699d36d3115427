using Lstm.Tests.Shared.Onnx;

namespace Lstm.Models.Tests.Limits;

/// <summary>Graphs of which there is much to find out: searches that are not bounded take for ever.</summary>
internal static class WideGraphs
{
    /// <summary>All of them by name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<OnnxBuilder>> ByName = new Dictionary<string, Func<OnnxBuilder>>
    {
        ["40 inputs that each fit 40 outputs"] = static () => Mesh(40, static (g, sum, own) => g.Node("Tanh", [g.Node("Add", [sum, own])])),
        ["40 gated inputs that each fit 40 outputs"] = static () => Mesh(40, static (g, sum, own) =>
        {
            string gate = g.Node("Sigmoid", [sum]);
            return g.Node("Add", [g.Node("Mul", [gate, own]), g.Node("Mul", [g.Node("Sub", [g.Floats([1]), gate]), g.Node("Tanh", [sum])])]);
        }),
        ["12 inputs that are added to each output"] = static () => Mesh(12, static (g, sum, own) => g.Node("Add", [g.Node("Add", [sum, own]), own])),
        ["a chain of 100,000 nodes"] = static () => Chain("Sigmoid"),
        ["a chain of 100,000 nodes for ONNX Runtime"] = static () => Chain("Erf", "Det"),
    };

    private static OnnxBuilder Mesh(int count, Func<OnnxBuilder, string, string, string> next)
    {
        var graph = new OnnxBuilder(17);
        string[] inputs = [.. Enumerable.Range(0, count).Select(n => graph.Input($"in{n}", "1 4"))];
        string sum = inputs.Aggregate((a, b) => graph.Node("Add", [a, b]));
        foreach (string input in inputs)
            graph.Output(next(graph, graph.Node("MatMul", [sum, graph.Floats([.. Enumerable.Range(0, 16).Select(n => MathF.Sin(n))], 4, 4)]), input), "1 4", $"out_of_{graph.Graph.Output.Count}");
        return graph;
    }

    private static OnnxBuilder Chain(string op, string? last = null)
    {
        var graph = new OnnxBuilder(17);
        string value = graph.Input("x", "T 1 3");
        value = graph.Nodes("RNN", [true], [
            value, graph.Floats([.. Enumerable.Range(0, 9).Select(static n => MathF.Sin(n))], 1, 3, 3), graph.Floats([.. Enumerable.Range(0, 9).Select(static n => MathF.Cos(n))], 1, 3, 3)],
            ("hidden_size", 3))[0];
        for (int n = 0; n < 100_000; n++)
            value = graph.Node(op, [value]);
        if (last is not null)
            value = graph.Node("Add", [value, graph.Node(last, [graph.Floats([1], 1, 1)])]);
        graph.Output(value, "T 1 1 3", "y");
        return graph;
    }
}
