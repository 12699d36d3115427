using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>
/// What ONNX Runtime would accept without complaint and must not be run: values that are not numbers, sizes of recurrent nodes that
/// do not fit each other.
/// </summary>
internal static class Soundness
{
    private static readonly Dictionary<string, int> Gates = new() { ["LSTM"] = 4, ["GRU"] = 3, ["RNN"] = 1 };

    /// <summary>Checks a graph with everything inside its nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The faults.</returns>
    public static IReadOnlyList<ModelFault> Check(OnnxGraph graph)
    {
        var faults = new List<ModelFault>();
        foreach (var (name, tensor) in graph.Constants)
            CheckValues("", "", $"Initializer '{name}'", tensor, faults);
        Check(graph.File.Model.Graph, new Dictionary<string, int[]>(graph.Constants.Select(static c => KeyValuePair.Create(c.Key, c.Value.Shape))), faults);
        return faults;
    }

    private static void Check(GraphProto graph, Dictionary<string, int[]> shapes, List<ModelFault> faults)
    {
        foreach (var node in graph.Node)
        {
            var name = OnnxGraph.NameOf(node);
            foreach (var attribute in node.Attribute)
            {
                if (attribute.HasSparseTensor || attribute.SparseTensors.Count > 0)
                    faults.Add(new ModelFault(name, node.OpType, $"the attribute '{attribute.Name}' holds a sparse tensor, which Lstm does not read; export the model without."));
                foreach (var tensor in attribute.Tensors.Concat(attribute.T is null ? [] : [attribute.T]))
                    Read(name, node.OpType, $"the attribute '{attribute.Name}'", tensor, faults);
                foreach (var inner in attribute.Graphs.Concat(attribute.G is null ? [] : [attribute.G]))
                    CheckInner(name, node.OpType, inner, shapes, faults);
            }
            if (Gates.TryGetValue(node.OpType, out var gates) && node.Domain is "" or "ai.onnx")
                CheckRecurrent(node, name, gates, shapes, faults);
        }
    }

    private static void CheckInner(string node, string op, GraphProto graph, Dictionary<string, int[]> outer, List<ModelFault> faults)
    {
        if (graph.SparseInitializer.Count > 0 || graph.QuantizationAnnotation.Count > 0)
            faults.Add(new ModelFault(node, op, "its graph has sparse initializers or quantization annotations, which Lstm does not read; export the model without."));
        var shapes = new Dictionary<string, int[]>(outer);
        foreach (var initializer in graph.Initializer)
        {
            if (Read(node, op, $"initializer '{initializer.Name}'", initializer, faults) is { } tensor)
                shapes[initializer.Name] = tensor.Shape;
        }
        Check(graph, shapes, faults);
    }

    private static Tensor? Read(string node, string op, string what, TensorProto proto, List<ModelFault> faults)
    {
        // Texts are no weights.
        if (proto.DataType == (int)TensorProto.Types.DataType.String)
            return null;
        try
        {
            var tensor = TensorReader.Read(proto);
            CheckValues(node, op, what, tensor, faults);
            return tensor;
        }
        catch (NodeFaultException error)
        {
            faults.Add(new ModelFault(node, op, $"{what}: {error.Message}"));
            return null;
        }
    }

    // An infinity may be a mask; what is not a number is never meant.
    private static void CheckValues(string node, string op, string what, Tensor tensor, List<ModelFault> faults)
    {
        if (tensor.Floats is { } floats && Array.FindIndex(floats, float.IsNaN) is >= 0 and var place)
            faults.Add(new ModelFault(node, op, $"{what} holds a value that is not a number at place {place}; the weights are damaged."));
    }

    private static void CheckRecurrent(NodeProto node, string name, int gates, Dictionary<string, int[]> shapes, List<ModelFault> faults)
    {
        int[]? Shape(int input) => input < node.Input.Count ? shapes.GetValueOrDefault(node.Input[input]) : null;
        void Expect(int input, string what, params long?[] expected)
        {
            if (Shape(input) is { } found && (found.Length != expected.Length || found.Zip(expected).Any(static p => p.Second is { } n && n != p.First)))
                faults.Add(new ModelFault(name, node.OpType, $"{what} has shape [{string.Join(", ", found)}]; expected [{string.Join(", ", expected.Select(static n => n is null ? "?" : $"{n}"))}]."));
        }
        var direction = node.Attribute.FirstOrDefault(static a => a.Name == "direction")?.S?.ToStringUtf8() ?? "forward";
        var directions = direction == "bidirectional" ? 2 : 1;
        var hidden = node.Attribute.FirstOrDefault(static a => a.Name == "hidden_size")?.I ?? (Shape(2) is [_, _, var last] ? last : null);
        if (hidden is null)
            return;
        Expect(1, "W", directions, gates * hidden, null);
        Expect(2, "R", directions, gates * hidden, hidden);
        Expect(3, "B", directions, 2 * gates * hidden);
        if (node.OpType == "LSTM")
            Expect(7, "P", directions, 3 * hidden);
    }
}
