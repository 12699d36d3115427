using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Tests.Onnx.Pairing;

/// <summary>Takes from a graph what a tracer must not lean on.</summary>
internal static class Scrambling
{
    /// <summary>Gives inputs and outputs names that mean nothing, in another order.</summary>
    /// <returns>The old name of each new one.</returns>
    public static Dictionary<string, string> Scramble(ModelProto model, int seed)
    {
        GraphProto graph = model.Graph;
        var random = new Random(seed);
        ValueInfoProto[] inputs = [.. graph.Input];
        ValueInfoProto[] outputs = [.. graph.Output];
        random.Shuffle(inputs);
        random.Shuffle(outputs);
        graph.Input.Clear();
        graph.Output.Clear();
        graph.Input.Add(inputs);
        graph.Output.Add(outputs);
        var names = new Dictionary<string, string>();
        foreach (ValueInfoProto value in inputs.Concat(outputs))
        {
            string name = $"v{names.Count}";
            names[name] = value.Name;
            Rename(graph, value.Name, name);
            value.Name = name;
        }
        return names;
    }

    private static void Rename(GraphProto graph, string from, string to)
    {
        foreach (TensorProto tensor in graph.Initializer.Where(t => t.Name == from))
        {
            tensor.Name = to;
        }
        foreach (NodeProto node in graph.Node)
        {
            for (int n = 0; n < node.Input.Count; n++)
            {
                node.Input[n] = node.Input[n] == from ? to : node.Input[n];
            }
            for (int n = 0; n < node.Output.Count; n++)
            {
                node.Output[n] = node.Output[n] == from ? to : node.Output[n];
            }
            foreach (AttributeProto attribute in node.Attribute.Where(static a => a.G is not null))
            {
                Rename(attribute.G, from, to);
            }
        }
    }
}
