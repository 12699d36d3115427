using Google.Protobuf.Collections;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Puts the bodies of model-local functions (FunctionProto) in the place of their calls, so that the graph reads as if it had been exported without
/// them. All or nothing: where one cannot be, the file keeps its functions, and only ONNX Runtime may run it.
/// </summary>
internal sealed class FunctionInliner
{
    // Deeper than anyone exports; functions that call themselves end here.
    private const int MaxDepth = 32;

    // Functions that call functions multiply: a small file must not become a large graph.
    private const int MaxNodes = 100_000;

    private readonly Dictionary<(string Domain, string Name, string Overload), FunctionProto> _functions = [];
    private int _calls;
    private int _nodes;

    private FunctionInliner(ModelProto model)
    {
        foreach (FunctionProto function in model.Functions)
        {
            _functions[(function.Domain, function.Name, function.Overload)] = function;
        }
    }

    /// <summary>Inlines all functions of a file, if that is possible.</summary>
    /// <param name="model">The file; left as it is where it is not possible.</param>
    public static void Inline(ModelProto model)
    {
        if (model.Functions.Count == 0 || model.Graph is null || !model.Functions.All(f => SharesOpsets(f, model)))
        {
            return;
        }
        GraphProto graph = model.Graph.Clone();
        if (new FunctionInliner(model).TryExpand(graph.Node, 0))
        {
            model.Graph = graph;
            model.Functions.Clear();
        }
    }

    // In another version of an operator set the same node may mean something else.
    private static bool SharesOpsets(FunctionProto function, ModelProto model) => function.OpsetImport.All(f =>
        model.OpsetImport.FirstOrDefault(m => Domain(m) == Domain(f)) is not { } ours || ours.Version == f.Version);

    private static string Domain(OperatorSetIdProto import) => import.Domain == "ai.onnx" ? "" : import.Domain;

    private bool TryExpand(RepeatedField<NodeProto> nodes, int depth)
    {
        NodeProto[] calls = [.. nodes];
        nodes.Clear();
        foreach (NodeProto node in calls)
        {
            if (_functions.TryGetValue((node.Domain, node.OpType, node.Overload), out FunctionProto? function))
            {
                if (depth >= MaxDepth || node.Input.Count > function.Input.Count || node.Output.Count > function.Output.Count)
                {
                    return false;
                }
                var body = new RepeatedField<NodeProto> { BodyOf(node, function) };
                if (!TryExpand(body, depth + 1))
                {
                    return false;
                }
                nodes.Add(body);
                continue;
            }
            if (++_nodes > MaxNodes || !node.Attribute.Where(static a => a.G is not null).All(a => TryExpand(a.G.Node, depth + 1)))
            {
                return false;
            }
            nodes.Add(node);
        }
        return true;
    }

    // The function's nodes with the names of the call; what they compute among themselves gets names of its own.
    private IEnumerable<NodeProto> BodyOf(NodeProto call, FunctionProto function)
    {
        string prefix = $"{OnnxGraph.NameOf(call)}/{_calls++}/";
        var names = new Dictionary<string, string>();
        for (int n = 0; n < function.Input.Count; n++)
        {
            names[function.Input[n]] = n < call.Input.Count ? call.Input[n] : "";
        }
        var copies = new List<NodeProto>();
        foreach ((string inner, string outer) in function.Output.Zip(call.Output).Where(static o => o.Second.Length > 0))
        {
            // An output that is an input, or one that is handed out twice.
            if (!names.TryAdd(inner, outer))
            {
                copies.Add(new NodeProto { OpType = "Identity", Name = outer, Input = { names[inner] }, Output = { outer } });
            }
        }
        foreach (NodeProto node in function.Node)
        {
            NodeProto copy = node.Clone();
            Rename(copy, call, function, name => name.Length == 0 ? "" : names.TryGetValue(name, out string? outer) ? outer : prefix + name, prefix);
            yield return copy;
        }
        foreach (NodeProto copy in copies)
        {
            yield return copy;
        }
    }

    private static void Rename(NodeProto node, NodeProto call, FunctionProto function, Func<string, string> name, string prefix)
    {
        node.Name = prefix + node.Name;
        Rename(node.Input, name);
        Rename(node.Output, name);
        for (int n = node.Attribute.Count - 1; n >= 0; n--)
        {
            AttributeProto attribute = node.Attribute[n];
            if (attribute.RefAttrName.Length > 0)
            {
                AttributeProto? given = call.Attribute.FirstOrDefault(a => a.Name == attribute.RefAttrName) ?? function.AttributeProto.FirstOrDefault(a => a.Name == attribute.RefAttrName);
                if (given is null)
                {
                    node.Attribute.RemoveAt(n);
                    continue;
                }
                node.Attribute[n] = given.Clone();
                node.Attribute[n].Name = attribute.Name;
            }
            else if (attribute.G is { } body)
            {
                Rename(body, call, function, name, prefix);
            }
        }
    }

    private static void Rename(GraphProto body, NodeProto call, FunctionProto function, Func<string, string> name, string prefix)
    {
        foreach (ValueInfoProto value in body.Input.Concat(body.Output))
        {
            value.Name = name(value.Name);
        }
        foreach (TensorProto initializer in body.Initializer)
        {
            initializer.Name = name(initializer.Name);
        }
        foreach (NodeProto node in body.Node)
        {
            Rename(node, call, function, name, prefix);
        }
    }

    private static void Rename(RepeatedField<string> names, Func<string, string> name)
    {
        for (int n = 0; n < names.Count; n++)
        {
            names[n] = name(names[n]);
        }
    }
}
