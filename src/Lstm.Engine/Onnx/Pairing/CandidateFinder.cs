namespace Lstm.Engine.Onnx.Pairing;

/// <summary>Finds which inputs and outputs of a graph may be one state: those of one type and shape of which the one is computed from the other.</summary>
/// <param name="graph">The graph.</param>
/// <param name="facts">What depends on what.</param>
internal sealed class CandidateFinder(OnnxGraph graph, FlowFacts facts)
{
    private readonly Flow _flow = facts.Flow;
    private readonly DeclaredShape[] _inputs = [.. graph.Inputs.Select(DeclaredShape.Of)];
    private readonly DeclaredShape[] _outputs = [.. graph.Outputs.Select(DeclaredShape.Of)];

    /// <summary>Everything that fits.</summary>
    /// <returns>The candidates.</returns>
    public IReadOnlyList<Candidate> Find()
    {
        HashSet<string> axisNames = AxisNames();
        int[] lateness = [.. _flow.Outputs.Select(facts.CountBefore)];
        Target[] targets = [.. FindTargets()];
        var found = new List<Candidate>();
        for (int input = 0; input < _inputs.Length; input++)
        {
            Target[] fitting = [.. targets.Where(t => Fits(input, t, axisNames))];
            if (fitting.Length == 0)
            {
                continue;
            }
            var paths = new FlowPaths(_flow, _flow.Inputs[input]);
            FlowKinds kinds = facts.KindsFrom(input);
            foreach (Target target in fitting)
            {
                bool isCounter = !facts.DependsOnOthers(input, target.Value);
                if (isCounter && (!ElementTypes.IsInteger(_inputs[input].Type) || kinds[target.Value] == PathKinds.Moved))
                {
                    // What depends on nothing but itself is an echo, or a value put another way.
                    continue;
                }
                int name = NamePairs.Of(graph.Inputs[input].Name, graph.Outputs[target.Output].Name);
                found.Add(new Candidate(input, target, kinds[target.Value], paths.CostOf(target.Value), lateness[target.Output], name, paths.Describe(target.Value)) { IsCounter = isCounter });
            }
        }
        // What comes out on its own too is no part of another output.
        return [.. found.Where(c => c.Target.Part < 0 || (FillsUp(c, found) && !found.Any(o => o.Input == c.Input && o.Target.Part < 0 && facts.ShowSame(o.Target.Value, c.Target.Value))))];
    }

    /// <summary>
    /// Whole outputs that fit an input, are called its next value and are not computed from it: a delay line keeps what comes of the
    /// data and of other states (the tail of an overlap-add, the last frame). So are values that run by themselves (n + 1 in floating-point numbers).
    /// </summary>
    /// <returns>The candidates, of which the graph says nothing.</returns>
    public IReadOnlyList<Candidate> FindDelays()
    {
        HashSet<string> axisNames = AxisNames();
        return
        [
            .. from input in Enumerable.Range(0, _inputs.Length)
               where _inputs[input] is { CanBeState: true, IsSequence: false } && _flow.Outputs.Any(value => facts.Reaches(input, value))
               from output in Enumerable.Range(0, _outputs.Length)
               let value = _flow.Outputs[output]
               where value >= 0 && _flow.Varying[value] && _outputs[output].Feeds(_inputs[input], axisNames)
               let name = NamePairs.Of(graph.Inputs[input].Name, graph.Outputs[output].Name)
               where facts.Reaches(input, value) ? name >= NamePairs.Same && IsRunByItself(input, output) : name > NamePairs.Nothing
               select new Candidate(input, new Target(output, value), PathKinds.None, 0, 0, name, "named as its next value"),
        ];
    }

    // A count or a decay in floating-point numbers; a value put another way looks the same.
    private bool IsRunByItself(int input, int output) =>
        !ElementTypes.IsInteger(_inputs[input].Type) && !facts.DependsOnOthers(input, _flow.Outputs[output]) && facts.KindsFrom(input)[_flow.Outputs[output]] != PathKinds.Moved
        && NamePairs.SpeakOfTime(graph.Inputs[input].Name, graph.Outputs[output].Name);

    // Whether the part and others beside it can be as long as the whole output.
    private bool FillsUp(Candidate part, List<Candidate> found)
    {
        if (_outputs[part.Target.Output].Length(part.Target.Axis) is not { } length)
        {
            return true;
        }
        HashSet<int> lengths = [StatePiece.LengthOf(graph, part.Input, part.Target).Length];
        for (int n = 0; n < part.Target.Count; n++)
        {
            if (n != part.Target.Part)
            {
                int[] beside = [.. found.Where(c => c.Target.Output == part.Target.Output && c.Target.Part == n && c.Input != part.Input).Select(c => StatePiece.LengthOf(graph, c.Input, c.Target).Length).Distinct()];
                lengths = [.. lengths.SelectMany(so => beside.Select(b => so + b))];
            }
        }
        return lengths.Contains(length);
    }

    private HashSet<string> AxisNames() => [.. _inputs.SelectMany(static s => Enumerable.Range(0, s.Rank ?? 0).Select(s.NameOf)).Where(static n => n.Length > 0)];

    private IEnumerable<Target> FindTargets()
    {
        for (int output = 0; output < _outputs.Length; output++)
        {
            int value = _flow.Outputs[output];
            if (value < 0 || !_outputs[output].CanBeState)
            {
                continue;
            }
            yield return new Target(output, value);
            if (_flow.Producers[_flow.Origin(value)] is { Operator: "Concat", Proto: { } concat, Inputs: { Length: >= 2 } parts } && _outputs[output].Rank is { } rank && parts.All(p => p >= 0 && _flow.Varying[p]))
            {
                long axis = concat.Attribute.FirstOrDefault(static a => a.Name == "axis")?.I ?? 0;
                axis = axis < 0 ? axis + rank : axis;
                for (int part = 0; axis >= 0 && axis < rank && part < parts.Length; part++)
                {
                    yield return new Target(output, parts[part], part, parts.Length, (int)axis);
                }
            }
        }
    }

    private bool Fits(int input, Target target, HashSet<string> axisNames) =>
        _inputs[input].CanBeState
        && _outputs[target.Output].Feeds(_inputs[input], axisNames, target.Axis)
        && (target.Part < 0 || _inputs[input].Rank < _outputs[target.Output].Rank || _inputs[input].Length(target.Axis) is not null)
        && facts.Reaches(input, target.Value);
}
