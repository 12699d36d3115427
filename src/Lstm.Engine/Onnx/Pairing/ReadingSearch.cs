namespace Lstm.Engine.Onnx.Pairing;

/// <summary>
/// Finds the readings that a graph leaves. Surest first: what recurrent nodes and caches keep, then cells that keep part of their
/// state by a gate, then states that only go through products, the earliest output first. A result that reads an input beside
/// the new state makes that input data. Where neither of two is more likely, both are followed.
/// </summary>
internal sealed class ReadingSearch
{
    private const int MaxReadings = 12;

    private readonly OnnxGraph _graph;
    private readonly FlowFacts _facts;
    private readonly IReadOnlyList<Candidate> _candidates;
    private readonly List<Reading> _found = [];
    private readonly HashSet<int> _selectors;

    /// <summary>Prepares the search.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="facts">What depends on what.</param>
    /// <param name="candidates">What fits.</param>
    public ReadingSearch(OnnxGraph graph, FlowFacts facts, IReadOnlyList<Candidate> candidates)
    {
        (_graph, _facts) = (graph, facts);
        _selectors = [.. Enumerable.Range(0, graph.Inputs.Count).Where(facts.IsSelector)];
        _candidates = [.. candidates.Where(c => c.IsKept || c.IsCounter || !facts.IsAroundCell(c.Input, c.Target.Value))];
    }

    /// <summary>Searches.</summary>
    /// <returns>The readings that are left, one where the graph decides.</returns>
    public IReadOnlyList<Reading> Find()
    {
        Candidate[] kept = [.. _candidates.Where(static c => c.IsKept && !c.IsCounter)];
        foreach (Candidate[] choice in new KeptPairs(_graph, kept, MostStates).Find())
        {
            DecideGated(new Reading(choice), []);
        }
        return _found;
    }

    // One input is data; one that only chooses between ways is data enough for a single state.
    private int MostStates => _graph.Inputs.Count - _selectors.Count is var most and > 1 ? most - 1 : Math.Min(1, _selectors.Count);

    // Cells that keep part of their state by a gate, and counters.
    private void DecideGated(Reading so, HashSet<Candidate> leftOut)
    {
        _graph.File.Budget.Check("when its states were looked for");
        if (_found.Count >= MaxReadings)
        {
            return;
        }
        Candidate[] open = [.. Open(so, leftOut).Where(c => c.IsCounter || (c.IsGated && !IsBesideAnother(c)))];
        Candidate[] first = [.. open.Where(c => !open.Any(o => o.Input == c.Input && o != c && IsBehind(c, [o.Target])))];
        if (first.MinBy(c => _facts.OrderOf(c.Target)) is not { } next)
        {
            DecideRest(so, leftOut);
            return;
        }
        Candidate[] rivals = [.. first.Where(c => c.Input == next.Input || Overlap(c, next))];
        foreach (Candidate rival in rivals)
        {
            DecideGated(so.With(rival), leftOut);
        }
        // A gate may blend two data as well; a cell's new state is read by something, or stands beside other states.
        if (!next.IsCounter && so.Pairs.Count == 0 && !rivals.Any(IsRead))
        {
            DecideGated(so, [.. leftOut, .. rivals]);
        }
    }

    // States that only go through products, or are added to.
    private void DecideRest(Reading so, HashSet<Candidate> leftOut)
    {
        _graph.File.Budget.Check("when its states were looked for");
        if (_found.Count >= MaxReadings)
        {
            return;
        }
        Candidate[] open = [.. Open(so, leftOut).Where(c => MayBeState(c, so))];
        Candidate[] first = [.. open.Where(c => IsFirst(c, open, so))];
        // A cell that is half found goes first, and what looks like a gate last.
        if (first.OrderBy(c => IsOfCell(c, so) ? 0 : _facts.IsGate(c.Target) ? 2 : 1).ThenBy(c => _facts.OrderOf(c.Target)).FirstOrDefault() is not { } next)
        {
            Finish(so, leftOut);
            return;
        }
        Candidate[] rivals = [.. open.Where(c => Overlap(c, next) && (first.Contains(c) || IsBypassed(c, so)))];
        // One input that goes to several targets, or several that may stand beside the c of one cell.
        Candidate[] elsewhere = [.. first.Where(c => !Overlap(c, next) && (c.Input == next.Input ? !c.IsSum : so.Pairs.Any(cell => IsHalfCell(cell, so) && IsOfCell(c, cell, so) && IsOfCell(next, cell, so))))];
        Candidate[] inputs = [.. rivals.DistinctBy(static c => c.Input)];
        Candidate[] bypassed = [.. inputs.Where(c => IsBypassed(c, so))];
        if (inputs.Length == 1 && elsewhere.Length == 0)
        {
            DecideOne(so, leftOut, next, rivals);
        }
        else if (inputs.Length > 1 && bypassed.Length == inputs.Length - 1 && (IsOfCell(next, so) || !bypassed.Any(c => Sums(c, next, so).Any())))
        {
            Candidate state = inputs.First(c => !bypassed.Contains(c));
            Follow(so, leftOut, [.. rivals.Where(c => c.Input == state.Input)]);
        }
        else
        {
            Follow(so, leftOut, [.. rivals, .. elsewhere, .. inputs.Length > 1 ? bypassed.SelectMany(c => Sums(c, next, so)) : []]);
        }
    }

    private void DecideOne(Reading so, HashSet<Candidate> leftOut, Candidate next, Candidate[] rivals)
    {
        if ((IsRead(next) && !_facts.IsGate(next.Target)) || IsOfCell(next, so) || (so.Pairs.Count > 0 && next.IsSum && ActsElsewhere(next)) || rivals.Length > 1)
        {
            Follow(so, leftOut, rivals);
            return;
        }
        // Nothing reads the target: it may be one more answer, in a graph without states, too.
        if (next.Kinds != PathKinds.Masked && (IsOfVectors(next.Input) || so.Pairs.Count > 0 || next.Name > NamePairs.Nothing))
        {
            DecideRest(so.With(next), leftOut);
        }
        DecideRest(so, [.. leftOut, .. rivals]);
    }

    private void Follow(Reading so, HashSet<Candidate> leftOut, IEnumerable<Candidate> ways)
    {
        foreach (Candidate way in ways.Distinct())
        {
            DecideRest(so.With(way), leftOut);
        }
    }

    // What is left may be a residual around the states or one more state that they act on: with data left over, both are possible.
    private void Finish(Reading so, HashSet<Candidate> leftOut)
    {
        if (so.Pairs.Any(p => p.Target.Part >= 0 && so.Pairs.Count(o => o.Target.Output == p.Target.Output) < p.Target.Count))
        {
            so = new Reading([.. so.Pairs.Where(p => p.Target.Part < 0 || so.Pairs.Count(o => o.Target.Output == p.Target.Output) == p.Target.Count)]);
        }
        Add(so);
        foreach (Candidate more in Open(so, leftOut).Where(c => c.IsSum && c.Target.Part < 0 && so.Pairs.Any(p => IsAround(c, p)) && LeavesResult(so, c)))
        {
            Add(so.With(more));
        }
    }

    private void Add(Reading reading)
    {
        if (!_found.Any(reading.IsSame))
        {
            _found.Add(reading);
        }
    }

    private IEnumerable<Candidate> Open(Reading so, HashSet<Candidate> leftOut)
    {
        HashSet<int> wholes = [.. _candidates.Where(c => c.Target.Part < 0 && !so.Uses(c.Input)).Select(static c => c.Target.Output)];
        bool hasData = so.Pairs.Count(p => !_selectors.Contains(p.Input)) < MostStates;
        return _candidates.Where(c => !so.Uses(c.Input) && !so.Uses(c.Target) && !leftOut.Contains(c)
            // The next value of another state, shown once more.
            && !so.Pairs.Any(p => _facts.AreMade(p.Target, c.Target))
            && (hasData || _selectors.Contains(c.Input) || c.IsCounter) && (c.Target.Part < 0 || !wholes.Contains(c.Target.Output)));
    }

    private bool Overlap(Candidate a, Candidate b) => _facts.AreSame(a.Target, b.Target);

    // Computed from the input, and from another target that may be the next value of another input: a residual or a highway around a cell.
    private bool IsBesideAnother(Candidate c) => _candidates.Any(o => o.Input != c.Input && !Overlap(o, c) && !_facts.IsGate(o.Target)
        && _facts.Reaches(c.Input, o.Target.Value) && _facts.IsAfter(c.Target, o.Target) && !IsOwnCell(c, o));

    // An upper layer is computed from a lower one, but acts on nothing in it.
    private static bool IsOwnCell(Candidate c, Candidate o) => c.Target.Part >= 0 && c.Target.Output == o.Target.Output;

    private bool IsBehind(Candidate c, IEnumerable<Target> targets) => !_facts.ReachesAround(c.Input, c.Target.Value, targets.Where(t => _facts.IsAfter(c.Target, t)));

    private bool MayBeState(Candidate c, Reading so)
    {
        bool isProduct = !c.IsSum;
        return (!isProduct || !_facts.HasRecurrentNode || IsOfCell(c, so))
            && !DeclaredShape.Of(_graph.Inputs[c.Input]).IsSequence
            && !so.Pairs.Any(p => IsAround(c, p) && !IsOfCell(c, so))
            // Inside a cell that is found: its gates and candidates.
            && !so.Pairs.Any(p => _facts.Reaches(p.Input, c.Target.Value) && _facts.IsAfter(p.Target, c.Target))
            && !(isProduct && _facts.IsGate(c.Target) && _candidates.Any(o => o.Input == c.Input && !so.Uses(o.Target) && !_facts.IsGate(o.Target)));
    }

    // The input acts on a state that is found, and the target is computed from that: a head.
    private bool IsAround(Candidate c, Candidate state) => state.Input != c.Input && _facts.Reaches(c.Input, state.Target.Value) && _facts.IsAfter(c.Target, state.Target);

    // h' = o·tanh(c') or its projection, where c is only scaled and added to: then the h that acts on c' is a state, too.
    private bool IsOfCell(Candidate c, Reading so) => so.Pairs.Any(cell => IsHalfCell(cell, so) && IsOfCell(c, cell, so));

    private bool IsHalfCell(Candidate cell, Reading so) => cell.IsGated && (cell.Kinds & PathKinds.Mixed) == 0
        && !so.Pairs.Any(p => !p.IsGated && !p.IsCounter && _facts.Reaches(p.Input, cell.Target.Value) && _facts.IsAfter(p.Target, cell.Target));

    private bool IsOfCell(Candidate c, Candidate cell, Reading so)
    {
        if (!_facts.Reaches(c.Input, cell.Target.Value) || !_facts.IsAfter(c.Target, cell.Target))
        {
            return false;
        }
        Target[] later = [.. _candidates.Where(o => !so.Uses(o.Input) && !so.Uses(o.Target) && !_facts.IsGate(o.Target) && _facts.Reaches(o.Input, cell.Target.Value) && _facts.IsAfter(o.Target, cell.Target)).Select(static o => o.Target).Distinct()];
        Target[] shown = [.. later.Where(t => (_facts.KindsBetween(cell.Target, t.Value) & (PathKinds.Bent | PathKinds.Masked)) != 0)];
        Target[] all = shown.Length > 0 ? shown : later;
        return all.Contains(c.Target) && !all.Any(t => _facts.IsAfter(c.Target, t));
    }

    private bool IsFirst(Candidate c, Candidate[] open, Reading so) =>
        !IsBehind(c, [.. so.Pairs.Select(static p => p.Target), .. open.Where(o => o.Input == c.Input && !Overlap(o, c)).Select(static o => o.Target)]);

    // A result reads the input beside the states: then it is data, or the result is its next value.
    private bool IsBypassed(Candidate c, Reading so)
    {
        Target[] states = [.. so.Pairs.Select(static p => p.Target), c.Target];
        return Enumerable.Range(0, _graph.Outputs.Count).Any(output => _facts.Flow.Outputs[output] is >= 0 and var value
            && !states.Any(s => s.Output == output) && states.Any(s => _facts.Follows(value, s)) && value != c.Target.Value && !IsCopy(output, c.Target)
            && !_facts.IsGate(new Target(output, value))
            && _facts.ReachesAround(c.Input, value, states));
    }

    private bool IsCopy(int output, Target target) => _facts.AreSame(new Target(output, _facts.Flow.Outputs[output]), target);

    private IEnumerable<Candidate> Sums(Candidate bypassed, Candidate next, Reading so) =>
        _candidates.Where(c => c.Input == bypassed.Input && c.IsSum && !Overlap(c, next) && !so.Uses(c.Target) && _facts.IsAfter(c.Target, next.Target));

    // What the input does to another output does not come from its next value alone.
    private bool ActsElsewhere(Candidate c) => Enumerable.Range(0, _graph.Outputs.Count).Any(output => output != c.Target.Output && _facts.Flow.Outputs[output] is >= 0 and var value && _facts.ReachesAround(c.Input, value, [c.Target]));

    // Something other than the next value itself is computed from it.
    private bool IsRead(Candidate c) => Enumerable.Range(0, _graph.Outputs.Count).Any(output => output != c.Target.Output && _facts.Follows(_facts.Flow.Outputs[output], c.Target));

    private bool LeavesResult(Reading so, Candidate more) => _graph.Outputs.Count > so.With(more).Pairs.Select(static p => p.Target.Output).Distinct().Count()
        || !_selectors.SetEquals(Enumerable.Range(0, _graph.Inputs.Count).Where(i => !so.With(more).Uses(i)));

    // A vector, perhaps with an axis of layers or in several rows, in a graph whose data are vectors and no windows.
    private bool IsOfVectors(int input) => DeclaredShape.Of(_graph.Inputs[input]) is var shape
        && (shape.Rank is null or <= 2 || (shape.Rank == 3 && (shape.Length(0) == 1 || (shape.Length(1) is not null && shape.Length(2) is not null))))
        && !Enumerable.Range(0, _graph.Inputs.Count).Any(i => i != input && DeclaredShape.Of(_graph.Inputs[i]).Rank > 2 && !_candidates.Any(c => c.Input == i));
}
