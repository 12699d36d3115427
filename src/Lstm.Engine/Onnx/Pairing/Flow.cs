using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Pairing;

/// <summary>Which value is computed from which: a graph with its values numbered and the branches of If laid out flat.</summary>
internal sealed class Flow
{
    private readonly List<FlowNode> _nodes = [];
    private readonly Scope _top = new(null);
    private int _count;

    /// <summary>Lays a graph out.</summary>
    /// <param name="graph">The graph.</param>
    public Flow(OnnxGraph graph)
    {
        foreach (string name in graph.Constants.Keys.Concat(graph.Inputs.Select(static i => i.Name)))
        {
            _top.Names[name] = _count++;
        }
        Add(graph.Nodes, _top);
        Inputs = [.. graph.Inputs.Select(i => _top.Find(i.Name))];
        Outputs = [.. graph.Outputs.Select(o => _top.Find(o.Name))];
        Producers = new FlowNode?[_count];
        foreach (FlowNode node in _nodes)
        {
            foreach (int output in node.Outputs.Where(static o => o >= 0))
            {
                Producers[output] = node;
            }
        }
        Varying = FindVarying();
    }

    /// <summary>The nodes, in an order in which they can run (what a subgraph captures may come later).</summary>
    public IReadOnlyList<FlowNode> Nodes => _nodes;

    /// <summary>Number of values.</summary>
    public int Count => _count;

    /// <summary>The graph's inputs.</summary>
    public int[] Inputs { get; }

    /// <summary>The graph's outputs; −1 for one that nothing computes.</summary>
    public int[] Outputs { get; }

    /// <summary>For each value the node that computes it, if one does.</summary>
    public FlowNode?[] Producers { get; }

    /// <summary>For each value whether it depends on an input's values; the others are constants and shapes.</summary>
    public bool[] Varying { get; }

    /// <summary>Goes back to the value that a value is nothing but a copy of.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Its origin.</returns>
    public int Origin(int value)
    {
        while (value >= 0 && Producers[value] is { Proto: not null, Operator: "Identity" or "Dropout", Inputs: [>= 0, ..] } copy && copy.Outputs[0] == value)
        {
            value = copy.Inputs[0];
        }
        return value;
    }

    /// <summary>Every value that depends on a value, itself included.</summary>
    /// <param name="source">The value.</param>
    /// <param name="blocked">Values that nothing is followed beyond; null for none.</param>
    /// <returns>For each value whether it does.</returns>
    public bool[] Reach(int source, IReadOnlySet<int>? blocked = null) => Reach([source], blocked);

    /// <summary>Every value that depends on one of several, themselves included.</summary>
    /// <param name="sources">The values.</param>
    /// <param name="blocked">Values that nothing is followed beyond; null for none.</param>
    /// <returns>For each value whether it does.</returns>
    public bool[] Reach(IEnumerable<int> sources, IReadOnlySet<int>? blocked = null)
    {
        var reached = new bool[_count];
        foreach (int source in sources)
        {
            reached[source] = true;
        }
        Spread(reached, blocked);
        return reached;
    }

    private bool[] FindVarying()
    {
        var varying = new bool[_count];
        foreach (int input in Inputs)
        {
            varying[input] = true;
        }
        Spread(varying);
        return varying;
    }

    private void Spread(bool[] reached, IReadOnlySet<int>? blocked = null)
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (FlowNode node in _nodes)
            {
                foreach (int output in node.Outputs)
                {
                    if (output >= 0 && !reached[output] && Carries(node, output, reached, blocked))
                    {
                        changed = reached[output] = true;
                    }
                }
            }
        }
    }

    private static bool Carries(FlowNode node, int output, bool[] reached, IReadOnlySet<int>? blocked)
    {
        int number = Array.IndexOf(node.Outputs, output);
        for (int n = 0; n < node.Inputs.Length; n++)
        {
            if (node.Inputs[n] >= 0 && reached[node.Inputs[n]] && blocked?.Contains(node.Inputs[n]) != true && FlowCosts.Of(node, n, number) >= 0)
            {
                return true;
            }
        }
        return node.Captured.Any(c => reached[c] && blocked?.Contains(c) != true);
    }

    private void Add(IEnumerable<NodeProto> nodes, Scope scope)
    {
        foreach (string output in nodes.SelectMany(static n => n.Output).Where(static o => o.Length > 0))
        {
            scope.Names.TryAdd(output, _count++);
        }
        foreach (NodeProto node in nodes)
        {
            int[] inputs = [.. node.Input.Select(scope.Find)];
            int[] outputs = [.. node.Output.Select(scope.Find)];
            GraphProto[] subgraphs = [.. node.Attribute.Where(static a => a.G is not null).Select(static a => a.G)];
            if (node.OpType != "If")
            {
                _nodes.Add(new FlowNode(node, inputs, [.. subgraphs.SelectMany(g => FindCaptured(g, scope)).Distinct()], outputs));
                continue;
            }
            _nodes.Add(new FlowNode(node, inputs, [], outputs));
            foreach (GraphProto branch in subgraphs)
            {
                var inner = new Scope(scope);
                foreach (TensorProto constant in branch.Initializer)
                {
                    inner.Names.TryAdd(constant.Name, _count++);
                }
                Add(branch.Node, inner);
                foreach ((ValueInfoProto output, int number) in branch.Output.Zip(outputs))
                {
                    _nodes.Add(new FlowNode(null, [inner.Find(output.Name)], [], [number]));
                }
            }
        }
    }

    // Names that a subgraph reads and does not define.
    private static IEnumerable<int> FindCaptured(GraphProto graph, Scope scope)
    {
        var inner = new Scope(null);
        foreach (string name in graph.Input.Select(static i => i.Name).Concat(graph.Initializer.Select(static i => i.Name)).Concat(graph.Node.SelectMany(static n => n.Output)))
        {
            inner.Names.TryAdd(name, 0);
        }
        IEnumerable<string> read = graph.Node.SelectMany(static n => n.Input).Concat(graph.Output.Select(static o => o.Name));
        IEnumerable<int> direct = read.Where(name => inner.Find(name) < 0).Select(scope.Find).Where(static n => n >= 0);
        IEnumerable<int> nested = graph.Node.SelectMany(static n => n.Attribute).Where(static a => a.G is not null).SelectMany(a => FindCaptured(a.G, scope));
        return direct.Concat(nested);
    }

    private sealed class Scope(Scope? outer)
    {
        public Dictionary<string, int> Names { get; } = [];

        public int Find(string name) => name.Length == 0 ? -1 : Names.TryGetValue(name, out int number) ? number : outer?.Find(name) ?? -1;
    }
}
