namespace Lstm.Engine.Onnx.Pairing;

/// <summary>
/// Pairs what recurrent nodes keep, and what caches keep by moving it: the most pairs, of these the nearest, and of equally near
/// ones the first that is computed.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="candidates">What fits.</param>
/// <param name="maxStates">How many inputs may be states.</param>
internal sealed class KeptPairs(OnnxGraph graph, IReadOnlyList<Candidate> candidates, int maxStates)
{
    // Two ways of using an output each, so at most 64 ways in all.
    private const int MostOpenOutputs = 6;

    // Cost and lateness in one number; a part of an output that is used in parts must not stay behind.
    private const long CostUnit = 1L << 20;
    private const long PartBonus = 1L << 56;

    /// <summary>Finds the best choices, several when they are equal.</summary>
    /// <returns>The choices; one that is empty when nothing is kept.</returns>
    public IReadOnlyList<Candidate[]> Find() => Best() is { Count: > 0 } best ? best : [[]];

    private static bool IsSame(Candidate[] a, Candidate[] b) => a.Length == b.Length && a.All(b.Contains);

    // The best choices over all ways of using outputs whole or in parts; several when they are equal.
    private List<Candidate[]> Best()
    {
        int[] inParts = [.. candidates.Where(static c => c.Target.Part >= 0).Select(static c => c.Target.Output).Distinct().Order().Take(MostOpenOutputs)];
        var best = new List<Candidate[]>();
        long least = long.MaxValue;
        for (int way = 0; way < 1 << inParts.Length; way++)
        {
            HashSet<int> split = [.. inParts.Where((_, n) => (way >> n & 1) != 0)];
            Candidate[] open = [.. candidates.Where(c => c.Target.Part >= 0 == split.Contains(c.Target.Output))];
            foreach (Candidate[] choice in Choices(open, split))
            {
                long cost = choice.Sum(c => CostOf(c));
                bool isBetter = best.Count == 0 || choice.Length > best[0].Length || (choice.Length == best[0].Length && cost < least);
                if (isBetter)
                {
                    best.Clear();
                    least = cost;
                }
                if (isBetter || (choice.Length == best[0].Length && cost == least && !best.Any(b => IsSame(b, choice))))
                {
                    best.Add(choice);
                }
            }
        }
        return best;
    }

    private static long CostOf(Candidate c) => (c.Cost * CostUnit) + c.Lateness;

    // The best choice, and each equal one that lacks one of its pairs.
    private IEnumerable<Candidate[]> Choices(Candidate[] open, HashSet<int> split)
    {
        if (Solve(open, null, split) is not { } first)
        {
            yield break;
        }
        yield return first;
        foreach (Candidate left in first)
        {
            if (Solve(open, left, split) is { } other)
            {
                yield return other;
            }
        }
    }

    private Candidate[]? Solve(Candidate[] open, Candidate? without, HashSet<int> split)
    {
        int[] inputs = [.. open.Select(static c => c.Input).Distinct().Order()];
        Target[] targets = [.. open.Select(static c => c.Target).Distinct()];
        var costs = new long?[inputs.Length, targets.Length];
        foreach (Candidate c in open.Where(c => c != without))
        {
            costs[Array.IndexOf(inputs, c.Input), Array.IndexOf(targets, c.Target)] = CostOf(c) - (c.Target.Part >= 0 ? PartBonus : 0);
        }
        Candidate[] choice = [.. Matching.Find(costs, maxStates).Pairs.Select(p => open.First(c => c.Input == inputs[p.Left] && c.Target == targets[p.Right]))];
        return choice.Length > 0 && split.All(output => PartsAreWhole(choice, output)) ? choice : null;
    }

    private bool PartsAreWhole(Candidate[] choice, int output)
    {
        Candidate[] parts = [.. choice.Where(c => c.Target.Output == output)];
        int count = candidates.First(c => c.Target.Output == output && c.Target.Part >= 0).Target.Count;
        int? length = DeclaredShape.Of(graph.Outputs[output]).Length(parts.Length == 0 ? 0 : parts[0].Target.Axis);
        return parts.Length == count && (length is null || length == parts.Sum(p => StatePiece.LengthOf(graph, p.Input, p.Target).Length));
    }
}
