using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>Which inputs of a graph are states, and who reads them: recurrent nodes and loops, or plain operators.</summary>
internal sealed class StateInputs
{
    // Through these an initial state is followed back to the input it comes from: the value is their first input.
    private static readonly HashSet<string> Movements = ["Slice", "Squeeze", "Unsqueeze", "Gather", "Transpose", "Identity", "Reshape", "Cast", "Expand", "Split"];
    private static readonly Dictionary<string, int[]> InitialStateInputs = new() { ["LSTM"] = [5, 6], ["GRU"] = [5], ["RNN"] = [5] };

    private readonly HashSet<string> _ofRecurrentNodes;
    private readonly OnnxGraph _graph;
    private StatePairing? _pairing;

    private StateInputs(OnnxGraph graph, HashSet<string> ofRecurrentNodes)
    {
        _graph = graph;
        _ofRecurrentNodes = ofRecurrentNodes;
    }

    /// <summary>The pairs that someone named; null when no one did.</summary>
    public IReadOnlyList<StateLink>? Named { get; private init; }

    /// <summary>States that plain operators read, and where their next values come out; only in graphs that do one step a run.</summary>
    public IReadOnlyList<StateLink> OfPlainOperators => [.. Links.Where(link => !_ofRecurrentNodes.Contains(link.Input))];

    /// <summary>What stays unclear.</summary>
    public IEnumerable<ModelFault> Faults => _pairing?.Ambiguity is { } text ? [new ModelFault("", "", text) { Kind = ModelFaultKind.Unsupported }] : [];

    /// <summary>Why the states of whole numbers and booleans are not kept natively.</summary>
    public IEnumerable<ModelFault> IntegerFaults =>
        from link in OfPlainOperators
        from input in _graph.Inputs
        where input.Name == link.Input && ElementTypes.IsInteger(DeclaredShape.Of(input).Type)
        let type = ElementTypes.Name(DeclaredShape.Of(input).Type)
        select new ModelFault("", "", $"The state '{link.Input}' is of type {type}; the native engine keeps states of floating-point numbers.") { Kind = ModelFaultKind.Unsupported };

    private IReadOnlyList<StateLink> Links => Named ?? (_pairing ??= StatePairing.Find(_graph)).Links;

    /// <summary>Names of the state inputs.</summary>
    /// <param name="hasTime">Whether the graph runs over time; then only recurrent nodes carry states.</param>
    /// <returns>The names.</returns>
    public IEnumerable<string> Names(bool hasTime) => hasTime ? _ofRecurrentNodes : _ofRecurrentNodes.Union(Links.Select(static l => l.Input));

    /// <summary>Finds them.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="hints">Named pairs.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ModelLoadException">The named pairs do not fit the graph.</exception>
    public static StateInputs Find(OnnxGraph graph, ModelHints hints) => new(graph, hints.StatePairs is { Count: 0 } ? [] : FindInitialStates(graph))
    {
        Named = hints.StatePairs is { } pairs ? StatePairing.Find(graph, pairs).Links : null,
    };

    // The inputs that initial states of recurrent nodes come from, followed back through movements.
    private static HashSet<string> FindInitialStates(OnnxGraph graph)
    {
        var producers = new Dictionary<string, NodeProto>();
        foreach (NodeProto node in graph.Nodes)
        {
            foreach (string output in node.Output)
            {
                producers[output] = node;
            }
        }
        HashSet<string> inputs = [.. graph.Inputs.Select(static i => i.Name)];
        var found = new HashSet<string>();
        foreach (NodeProto node in graph.Nodes)
        {
            foreach (string start in InitialStatesOf(node))
            {
                graph.File.Budget.Check("when its states were looked for");
                string name = start;
                while (producers.TryGetValue(name, out NodeProto? producer) && Movements.Contains(producer.OpType) && producer.Input.Count > 0)
                {
                    name = producer.Input[0];
                }
                if (inputs.Contains(name))
                {
                    found.Add(name);
                }
            }
        }
        return found;
    }

    /// <summary>What a node's recurrence starts from; a loop starts from what it does not hand on unchanged, a scan from all that it does not scan.</summary>
    /// <param name="node">The node.</param>
    /// <returns>Names of values; none for a node without a recurrence.</returns>
    public static IEnumerable<string> InitialStatesOf(NodeProto node) => InitialStatePlaces(node).Where(index => index < node.Input.Count).Select(index => node.Input[index]);

    private static IEnumerable<int> InitialStatePlaces(NodeProto node) => node.OpType == "Scan"
        ? Enumerable.Range(0, (int)Math.Clamp(node.Input.Count - (node.Attribute.FirstOrDefault(static a => a.Name == "num_scan_inputs")?.I ?? 0), 0, node.Input.Count))
        : node.OpType == "Loop"
        ? Enumerable.Range(2, Math.Max(0, node.Input.Count - 2)).Where(n => node.Attribute.FirstOrDefault(static a => a.G is not null)?.G is not { } body || !HandsOn(body, n - 2))
        : InitialStateInputs.GetValueOrDefault(node.OpType) ?? [];

    /// <summary>Whether the body of a loop hands a carried value on unchanged.</summary>
    /// <param name="body">The body.</param>
    /// <param name="n">Number of the carried value.</param>
    /// <returns>True when it comes out as it goes in.</returns>
    public static bool HandsOn(GraphProto body, int n)
    {
        if (n + 1 >= body.Output.Count || n + 2 >= body.Input.Count)
        {
            return false;
        }
        return SourceOf(body, body.Output[n + 1].Name) == body.Input[n + 2].Name;
    }

    /// <summary>Where a value of a subgraph comes from when nothing is done to it on the way.</summary>
    /// <param name="body">The subgraph.</param>
    /// <param name="name">The value.</param>
    /// <returns>The value that Identity nodes hand on to it; itself when none does.</returns>
    public static string SourceOf(GraphProto body, string name)
    {
        if (!body.Node.Any(n => n is { OpType: "Identity", Output: [var result] } && result == name))
        {
            return name;
        }
        var sources = new Dictionary<string, string>();
        foreach (NodeProto node in body.Node)
        {
            if (node is { OpType: "Identity", Input: [var source], Output: [var result] })
            {
                sources.TryAdd(result, source);
            }
        }
        for (int hops = 0; hops <= sources.Count && sources.TryGetValue(name, out string? before); hops++)
        {
            name = before;
        }
        return name;
    }
}
