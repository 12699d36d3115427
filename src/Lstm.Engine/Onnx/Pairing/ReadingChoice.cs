namespace Lstm.Engine.Onnx.Pairing;

/// <summary>
/// Chooses the reading that the graph leaves, or of several the one that names decide for. Names that form complete pairs and
/// speak against what is merely more likely make the graph ambiguous; against what the graph shows they count nothing.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="candidates">What fits.</param>
/// <param name="delays">What the names call a state, and the graph does not contradict: an output that is not computed from its input.</param>
/// <param name="readings">The readings that the graph leaves.</param>
internal sealed class ReadingChoice(OnnxGraph graph, IReadOnlyList<Candidate> candidates, IReadOnlyList<Candidate> delays, IReadOnlyList<Reading> readings)
{
    private readonly Candidate[] _named = [.. candidates.Where(c => c.Target.Part < 0 && c.Name > NamePairs.Nothing && IsBest([.. candidates, .. delays], c))];
    private readonly Candidate[] _delays = [.. delays.Where(d => IsBest([.. candidates, .. delays], d) && (d.Name >= NamePairs.Same || SpeakOfTime(graph, d)))];

    /// <summary>Chooses.</summary>
    /// <returns>The states.</returns>
    public StatePairing Choose()
    {
        if (readings is [var only])
        {
            Reading[] other = [.. _named.Where(n => Contradicts(n, only)).Select(n => Replace(only, n)).Where(IsNamed)];
            return other.Length == 0 ? Take(only, static _ => "") : Refuse([only, .. other]);
        }
        Reading[] chosen = [.. readings.Where(IsChosenByNames)];
        return chosen is [var reading]
            ? Take(reading, c => CountRivals(c) is > 1 and var rivals ? $" (of {rivals} that fit, by name)" : "")
            : Refuse(readings);
    }

    // A delay line looks like data, and data may be called like one: the graph does not tell them apart.
    private StatePairing Take(Reading reading, Func<Candidate, string> note) =>
        AddDelays(reading) is null ? new StatePairing(Link(reading, note), null) : Refuse([reading]);

    // The reading with the delay lines instead of what is merely likely of their inputs and outputs; null when it has none.
    private Reading? AddDelays(Reading reading)
    {
        Candidate[] added = [.. _delays.Where(d => !reading.Pairs.Any(p => (p.Input == d.Input || p.Target.Output == d.Target.Output) && ((IsShown(p) && !p.IsCounter) || p.Target.Part >= 0 || p.Name >= d.Name)))];
        Candidate[] left = [.. reading.Pairs.Where(p => !added.Any(d => d.Input == p.Input || d.Target.Output == p.Target.Output))];
        return added.Length > 0 && left.Length + added.Length < graph.Inputs.Count ? new Reading([.. left, .. added]) : null;
    }

    // The best of its input and of its output, and no other as good.
    private static bool IsBest(IReadOnlyList<Candidate> candidates, Candidate c) =>
        !candidates.Any(o => o != c && o.Target.Part < 0 && o.Name >= c.Name && (o.Input == c.Input || o.Target.Output == c.Target.Output));

    // Names decide when they name all states of a reading, and nothing beside them that may be one.
    private bool IsChosenByNames(Reading reading)
    {
        IEnumerable<Candidate> open = reading.Pairs.Where(p => !readings.All(r => r.Contains(p)));
        return reading.Pairs.Any(_named.Contains)
            && reading.Pairs.All(p => _named.Contains(p) || (p.IsKept && !p.IsCounter) || p.Target.Part >= 0)
            && open.All(_named.Contains)
            && _named.All(n => reading.Contains(n) || !readings.Any(r => r.Contains(n)))
            && !_named.Any(n => !reading.Contains(n) && Contradicts(n, reading))
            // A frame that goes in and comes out is no state, whatever it is called; its past and its next value are.
            && open.All(p => !IsExtra(p) || SpeakOfTime(p));
    }

    // Of another reading's pairs it has all, and this one more.
    private bool IsExtra(Candidate pair) => readings.Any(r => !r.Uses(pair.Input) && !r.Uses(pair.Target) && readings.Any(o => o.Contains(pair) && r.Pairs.All(o.Contains)));

    private bool SpeakOfTime(Candidate c) => SpeakOfTime(graph, c);

    private static bool SpeakOfTime(OnnxGraph graph, Candidate c) => NamePairs.SpeakOfTime(graph.Inputs[c.Input].Name, graph.Outputs[c.Target.Output].Name);

    private bool Contradicts(Candidate named, Reading reading)
    {
        if (reading.Contains(named))
        {
            return false;
        }
        Candidate[] instead = [.. reading.Pairs.Where(p => p.Input == named.Input || p.Target.Output == named.Target.Output)];
        if (instead.Length > 0)
        {
            return !instead.Any(p => IsShown(p) && !(named.IsKept || named.IsGated));
        }
        bool leavesData = graph.Inputs.Count > reading.Pairs.Count + 1;
        return leavesData ? SpeakOfTime(named) : !reading.Pairs.Any(IsShown);
    }

    private static bool IsShown(Candidate pair) => pair.IsKept || pair.IsGated;

    private static Reading Replace(Reading reading, Candidate named) =>
        new([.. reading.Pairs.Where(p => p.Input != named.Input && p.Target.Output != named.Target.Output), named]);

    private bool IsNamed(Reading reading) => reading.Pairs.Count < graph.Inputs.Count && reading.Pairs.All(p => _named.Contains(p) || (p.IsKept && !p.IsCounter) || p.Target.Part >= 0);

    private int CountRivals(Candidate one)
    {
        Candidate[] all = [.. readings.SelectMany(static r => r.Pairs).Distinct()];
        return readings.All(r => r.Contains(one)) ? 1 : Math.Max(2, Math.Max(
            all.Where(c => c.Target.Output == one.Target.Output).Select(static c => c.Input).Distinct().Count(),
            all.Where(c => c.Input == one.Input).Select(static c => c.Target).Distinct().Count()));
    }

    private StatePairing Refuse(IReadOnlyList<Reading> found)
    {
        List<Reading> possible = [];
        foreach (Reading reading in found.Concat(found.Select(AddDelays).OfType<Reading>()).Concat(Exchanges(found)).Concat(AsNamed()).Where(r => !possible.Any(r.IsSame)))
        {
            possible.Add(reading);
        }
        IEnumerable<string> lines = possible.Select(r => $"{Describe(r)}: {Line(r)}");
        return new StatePairing([], $"The graph leaves {possible.Count} readings of what its states are. Add the line of the right one to model.json. {string.Join("; ", lines)}.");
    }

    // Where the search left single states, each of their inputs may belong to each of their targets.
    private IEnumerable<Reading> Exchanges(IReadOnlyList<Reading> found)
    {
        Candidate[] single = [.. found.Where(static r => r.Pairs.Count == 1).Select(static r => r.Pairs[0])];
        return found.All(static r => r.Pairs.Count <= 1)
            ? candidates.Where(c => single.Any(s => s.Input == c.Input) && single.Any(s => s.Target == c.Target)).Select(static c => new Reading([c]))
            : [];
    }

    // What the names say, all of it, even where the graph speaks for something else: whoever chose them may know.
    private IEnumerable<Reading> AsNamed()
    {
        Candidate[] all = [.. _named, .. _delays];
        foreach (Candidate[] pairs in new[] { all, [.. all.Where(SpeakOfTime)] })
        {
            if (pairs.Length > 0 && pairs.Length < graph.Inputs.Count && all.Any(c => c.Name >= NamePairs.Same || SpeakOfTime(c)))
            {
                yield return new Reading(pairs);
                yield break;
            }
        }
    }

    private string Describe(Reading reading)
    {
        string data = Names(graph.Inputs.Index().Where(i => !reading.Uses(i.Index)).Select(static i => i.Item.Name));
        return reading.Pairs.Count == 0
            ? $"no state, and {data} are data"
            : $"{string.Join(", ", Order(reading).Select(p => $"'{graph.Inputs[p.Input].Name}' becomes '{graph.Outputs[p.Target.Output].Name}'"))}, and {data} {(graph.Inputs.Count - reading.Pairs.Count == 1 ? "is" : "are")} data";
    }

    private string Line(Reading reading) =>
        $"\"state_pairs\": [{string.Join(", ", Order(reading).Select(p => $"[{Quote(graph.Inputs[p.Input].Name)}, {Quote(graph.Outputs[p.Target.Output].Name)}]"))}]";

    private static string Quote(string name) => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(static n => $"'{n}'"));

    private static IEnumerable<Candidate> Order(Reading reading) => reading.Pairs.OrderBy(static c => c.Input);

    private StateLink[] Link(Reading reading, Func<Candidate, string> note)
    {
        var links = new List<StateLink>();
        foreach (Candidate c in Order(reading))
        {
            var link = new StateLink(graph.Inputs[c.Input].Name, graph.Outputs[c.Target.Output].Name, c.Found + note(c));
            if (c.Target.Part >= 0)
            {
                int offset = reading.Pairs.Where(p => p.Target.Output == c.Target.Output && p.Target.Part < c.Target.Part).Sum(p => StatePiece.LengthOf(graph, p.Input, p.Target).Length);
                (int length, bool isStacked) = StatePiece.LengthOf(graph, c.Input, c.Target);
                link = link with { Found = $"{link.Found}, part {c.Target.Part + 1} of {c.Target.Count}", Piece = new StatePiece(c.Target.Axis, offset, length, isStacked) };
            }
            links.Add(link);
        }
        return [.. links];
    }
}
