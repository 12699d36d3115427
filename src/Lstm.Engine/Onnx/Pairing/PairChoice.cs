namespace Lstm.Engine.Onnx.Pairing;

/// <summary>
/// Chooses states among the candidates: the most pairs that leave an input and an output over, then the nearest; names only
/// between choices that are equal.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="candidates">What fits.</param>
internal sealed class PairChoice(OnnxGraph graph, IReadOnlyList<Candidate> candidates)
{
    // Two ways of using an output each, so at most 64 ways in all.
    private const int MostOpenOutputs = 6;

    // Costs, lateness and unlikeness in one number; a part of an output that is used in parts must not stay behind.
    private const long CostUnit = 1L << 40;
    private const long LatenessUnit = 1L << 20;
    private const long PartBonus = 1L << 56;
    private const int FullLikeness = 1000;

    /// <summary>Chooses.</summary>
    /// <returns>The states.</returns>
    public StatePairing Choose()
    {
        // A value that is only added to may be a state or a residual: both have to lead to the same choice.
        List<Candidate[]> equal = Best(static c => c.Cost, byName: false);
        foreach (Candidate[] other in Best(static c => c.CostIfAdded, byName: false))
        {
            if (!equal.Any(e => IsSame(e, other)))
            {
                equal.Add(other);
            }
        }
        if (equal.Count == 0)
        {
            return new StatePairing([], null);
        }
        if (equal.Count == 1)
        {
            return new StatePairing(Link(equal[0], static _ => ""), null);
        }
        HashSet<Candidate> disputed = [.. equal.SelectMany(static e => e).Where(c => !equal.All(e => e.Contains(c)))];
        List<Candidate[]> named = Best(static c => c.Cost, byName: true);
        named.AddRange(Best(static c => c.CostIfAdded, byName: true).Where(n => !named.Any(e => IsSame(e, n))));
        int most = named.Max(Likeness);
        Candidate[][] likest = [.. named.Where(n => Likeness(n) == most)];
        if (likest.Length == 1 && likest[0].Where(disputed.Contains).All(static c => c.Likeness > NameLikeness.Nothing))
        {
            return new StatePairing(Link(likest[0], c => disputed.Contains(c) ? $" (of {CountRivals(c, disputed)} that fit, by name)" : ""), null);
        }
        string inputs = Names(disputed.Select(c => graph.Inputs[c.Input].Name));
        string outputs = Names(disputed.Select(c => graph.Outputs[c.Target.Output].Name));
        return new StatePairing([], $"The graph does not tell which inputs are states: {inputs} and {outputs} fit each other in several ways. Name the pairs in model.json: state_pairs.");
    }

    private static int Likeness(Candidate[] choice) => choice.Sum(static c => c.Likeness);

    private static bool IsSame(Candidate[] a, Candidate[] b) => a.Length == b.Length && a.All(b.Contains);

    private static int CountRivals(Candidate one, HashSet<Candidate> disputed) => Math.Max(
        disputed.Where(c => c.Target == one.Target).Select(static c => c.Input).Distinct().Count(),
        disputed.Where(c => c.Input == one.Input).Select(static c => c.Target).Distinct().Count());

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Distinct().Select(static n => $"'{n}'"));

    // The best choices over all ways of using outputs whole or in parts; several when they are equal.
    private List<Candidate[]> Best(Func<Candidate, int> costOf, bool byName)
    {
        int[] inParts = [.. candidates.Where(static c => c.Target.Part >= 0).Select(static c => c.Target.Output).Distinct().Order().Take(MostOpenOutputs)];
        var best = new List<Candidate[]>();
        long least = long.MaxValue;
        for (int way = 0; way < 1 << inParts.Length; way++)
        {
            HashSet<int> split = [.. inParts.Where((_, n) => (way >> n & 1) != 0)];
            Candidate[] open = [.. candidates.Where(c => c.Target.Part >= 0 == split.Contains(c.Target.Output))];
            foreach (Candidate[] choice in Choices(open, split, costOf, byName))
            {
                long cost = choice.Sum(c => CostOf(c, costOf, byName));
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

    private static long CostOf(Candidate c, Func<Candidate, int> costOf, bool byName) =>
        (costOf(c) * CostUnit) + (c.Lateness * LatenessUnit) + (byName ? FullLikeness - c.Likeness : 0);

    // The best choice, and each equal one that lacks one of its pairs.
    private IEnumerable<Candidate[]> Choices(Candidate[] open, HashSet<int> split, Func<Candidate, int> costOf, bool byName)
    {
        if (Solve(open, null, split, costOf, byName) is not { } first)
        {
            yield break;
        }
        yield return first;
        foreach (Candidate left in first)
        {
            if (Solve(open, left, split, costOf, byName) is { } other)
            {
                yield return other;
            }
        }
    }

    private Candidate[]? Solve(Candidate[] open, Candidate? without, HashSet<int> split, Func<Candidate, int> costOf, bool byName)
    {
        int[] inputs = [.. open.Select(static c => c.Input).Distinct().Order()];
        Target[] targets = [.. open.Select(static c => c.Target).Distinct()];
        var costs = new long?[inputs.Length, targets.Length];
        foreach (Candidate c in open.Where(c => c != without))
        {
            costs[Array.IndexOf(inputs, c.Input), Array.IndexOf(targets, c.Target)] = CostOf(c, costOf, byName) - (c.Target.Part >= 0 ? PartBonus : 0);
        }
        bool usesAllOutputs = targets.Select(static t => t.Output).Distinct().Count() == graph.Outputs.Count;
        int most = Math.Min(graph.Inputs.Count - 1, usesAllOutputs ? targets.Length - 1 : targets.Length);
        Candidate[] choice = [.. Matching.Find(costs, most).Pairs.Select(p => open.First(c => c.Input == inputs[p.Left] && c.Target == targets[p.Right]))];
        return choice.Length > 0 && split.All(output => PartsAreWhole(choice, output)) ? choice : null;
    }

    private bool PartsAreWhole(Candidate[] choice, int output)
    {
        Candidate[] parts = [.. choice.Where(c => c.Target.Output == output)];
        int count = candidates.First(c => c.Target.Output == output && c.Target.Part >= 0).Target.Count;
        int? length = DeclaredShape.Of(graph.Outputs[output]).Length(parts.Length == 0 ? 0 : parts[0].Target.Axis);
        return parts.Length == count && (length is null || length == parts.Sum(p => LengthOf(p).Length));
    }

    // How many indices of the output's axis an input takes.
    private (int Length, bool IsStacked) LengthOf(Candidate part)
    {
        var input = DeclaredShape.Of(graph.Inputs[part.Input]);
        return input.Rank < DeclaredShape.Of(graph.Outputs[part.Target.Output]).Rank ? (1, true) : (input.Length(part.Target.Axis) ?? 1, false);
    }

    private StateLink[] Link(Candidate[] choice, Func<Candidate, string> note)
    {
        var links = new List<StateLink>();
        foreach (Candidate c in choice.OrderBy(static c => c.Input))
        {
            var link = new StateLink(graph.Inputs[c.Input].Name, graph.Outputs[c.Target.Output].Name, c.Found + note(c));
            if (c.Target.Part >= 0)
            {
                int offset = choice.Where(p => p.Target.Output == c.Target.Output && p.Target.Part < c.Target.Part).Sum(p => LengthOf(p).Length);
                (int length, bool isStacked) = LengthOf(c);
                link = link with { Found = $"{link.Found}, part {c.Target.Part + 1} of {c.Target.Count}", Piece = new StatePiece(c.Target.Axis, offset, length, isStacked) };
            }
            links.Add(link);
        }
        return [.. links];
    }
}
