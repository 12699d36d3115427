using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Which inputs of a graph are given once, when a session opens: what initial states are computed from, such as facts about the series.
/// They are found by following initial states of recurrent nodes and loops back; whether they have an axis of time shows only when axes are assumed.
/// </summary>
internal static class SessionInputs
{
    // Of these an initial state takes no value of a single session: the shape alone, or a whole sequence.
    private static readonly HashSet<string> Ends = ["Shape", "Size", "LSTM", "GRU", "RNN", "Loop", "Scan"];

    /// <summary>What model.json names.</summary>
    /// <param name="hints">What the file does not say itself.</param>
    /// <returns>The names.</returns>
    public static IReadOnlySet<string> Named(ModelHints hints) => hints.Given.Where(static g => g.Value == InputGiven.Session).Select(static g => g.Key).ToHashSet();

    /// <summary>What the graph shows beside what model.json names.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="states">Its state inputs, which are none.</param>
    /// <param name="hints">What the file does not say itself.</param>
    /// <returns>The names, none where there are no others.</returns>
    public static IReadOnlySet<string> Find(OnnxGraph graph, StateInputs states, ModelHints hints)
    {
        HashSet<string> found = [.. Sources(graph).Where(name => hints.Given.GetValueOrDefault(name) != InputGiven.Step)];
        found.ExceptWith(Named(hints));
        if (found.Count == 0)
        {
            return found;
        }
        HashSet<string> carried = [.. states.Names(hasTime: false)];
        found.ExceptWith(carried);
        if (found.Count == 0)
        {
            return found;
        }
        found.UnionWith(Named(hints));
        // Something has to come in every step.
        return graph.Inputs.Any(i => !carried.Contains(i.Name) && !found.Contains(i.Name)) ? found : new HashSet<string>();
    }

    // Inputs of the graph that reach an initial state.
    private static HashSet<string> Sources(OnnxGraph graph)
    {
        var producers = new Dictionary<string, NodeProto>();
        foreach (NodeProto node in graph.Nodes)
        {
            foreach (string output in node.Output)
            {
                producers[output] = node;
            }
        }
        HashSet<string> seen = [];
        var open = new Stack<string>(graph.Nodes.SelectMany(StateInputs.InitialStatesOf));
        while (open.TryPop(out string? name))
        {
            if (name.Length > 0 && seen.Add(name) && producers.TryGetValue(name, out NodeProto? producer) && !Ends.Contains(producer.OpType))
            {
                foreach (string input in producer.Input)
                {
                    open.Push(input);
                }
            }
        }
        return [.. graph.Inputs.Select(static i => i.Name).Where(seen.Contains)];
    }
}
