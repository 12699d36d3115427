using Lstm.Engine.Onnx.Pairing;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Which inputs of a graph are states, and which output is the next value of each. It is found by following the values through
/// the graph, never by the order of inputs and outputs; names decide only between readings that the graph leaves, and then the
/// link says so.
/// </summary>
/// <param name="Links">The states; empty when there are none or they are ambiguous.</param>
/// <param name="Ambiguity">Which inputs and outputs the graph does not tell apart, and what to do; null when it is clear.</param>
internal sealed record StatePairing(IReadOnlyList<StateLink> Links, string? Ambiguity)
{
    // A search over more is not worth its time: no one writes out a network of 64 states by hand.
    private const int MostCandidates = 64;

    /// <summary>Finds the states of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="pairs">The pairs as someone named them, checked against the graph; null to find them.</param>
    /// <returns>The states.</returns>
    /// <exception cref="ModelLoadException">The named pairs do not fit the graph; all faults at once.</exception>
    public static StatePairing Find(OnnxGraph graph, IReadOnlyList<(string Input, string Output)>? pairs = null)
    {
        if (pairs is not null)
        {
            return new StatePairing(NamedPairs.Check(graph, pairs), null);
        }
        if (graph.Inputs.Count < 2 || graph.Outputs.Count == 0)
        {
            return new StatePairing([], null);
        }
        if (graph.Inputs.Count > MostCandidates || graph.Outputs.Count > MostCandidates)
        {
            return new StatePairing([], $"The graph has {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs; states are looked for among at most {MostCandidates}. Name the pairs in model.json: state_pairs.");
        }
        var facts = new FlowFacts(graph);
        var finder = new CandidateFinder(graph, facts);
        IReadOnlyList<Candidate> candidates = finder.Find();
        return new ReadingChoice(graph, candidates, finder.FindDelays(), new ReadingSearch(graph, facts, candidates).Find()).Choose();
    }
}
