using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Models.Tests.Limits;

/// <summary>A graph for ONNX Runtime in which the input says how long a loop runs.</summary>
internal static class LongLoop
{
    /// <summary>Writes s' = s + x; y = s' after as many rounds of + 1 as x says: one, or 2^40.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="above">The x above which it is 2^40.</param>
    /// <returns>The file.</returns>
    public static string Write(string folder, float above)
    {
        var graph = new OnnxBuilder(17);
        graph.Input("x", "1 1");
        graph.Input("s", "1 1");
        string next = graph.Node("Add", ["s", "x"]);
        OnnxBuilder body = graph.Subgraph();
        body.Input("round", "", DataType.Int64);
        string goesOn = body.Input("goes_on", "", DataType.Bool);
        string value = body.Input("value", "1 1");
        body.Output(body.Node("Identity", [goesOn]), "", type: DataType.Bool);
        body.Output(body.Node("Add", [value, body.Floats([1])]), "1 1");
        string many = graph.Node("Greater", [graph.Reduce("ReduceMax", "x", keepDims: false), graph.Floats([above])]);
        string rounds = graph.Node("Where", [many, graph.Integer(1L << 40), graph.Integer(1)]);
        string yes = graph.Initializer(new TensorProto { DataType = (int)DataType.Bool, Int32Data = { 1 } });
        graph.Output(graph.Node("Loop", [rounds, yes, next], ("body", body.Graph)), "1 1", "y");
        graph.Output(next, "1 1", "s_next");
        // It could as well be x' = s + x.
        File.WriteAllText(Path.Combine(folder, "model.json"), """{ "state_pairs": [["s", "s_next"]] }""");
        return graph.Write(Path.Combine(folder, "model.onnx"));
    }
}
