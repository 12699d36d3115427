namespace Lstm.Engine.Onnx.Pairing;

/// <summary>Finds which inputs and outputs of a graph may be one state.</summary>
internal sealed class CandidateFinder
{
    /// <summary>The cost of a path that only adds to the input: a residual more likely than a state, so more than two products.</summary>
    private const int AddedCost = 3 * FlowCosts.Far;

    private readonly OnnxGraph _graph;
    private readonly Flow _flow;
    private readonly DeclaredShape[] _inputs;
    private readonly DeclaredShape[] _outputs;
    private readonly HashSet<string> _axisNames;
    private readonly bool[][] _reach;
    private readonly int[] _lateness;
    private readonly bool _hasRecurrentNode;

    /// <summary>Prepares the search.</summary>
    /// <param name="graph">The graph.</param>
    public CandidateFinder(OnnxGraph graph)
    {
        _graph = graph;
        _flow = new Flow(graph);
        _inputs = [.. graph.Inputs.Select(DeclaredShape.Of)];
        _outputs = [.. graph.Outputs.Select(DeclaredShape.Of)];
        _axisNames = [.. _inputs.SelectMany(static s => Enumerable.Range(0, s.Rank ?? 0).Select(s.NameOf)).Where(static n => n.Length > 0)];
        _reach = [.. _flow.Inputs.Select(_flow.Reach)];
        int[] origins = [.. _flow.Outputs.Select(_flow.Origin)];
        bool[][] behind = [.. origins.Select(o => o < 0 ? [] : _flow.Reach(o))];
        _lateness = [.. origins.Select(o => o < 0 ? 0 : origins.Index().Count(other => other.Item >= 0 && other.Item != o && behind[other.Index][o]))];
        _hasRecurrentNode = _flow.Nodes.Any(static n => n.IsRecurrent);
    }

    /// <summary>Everything that fits.</summary>
    /// <returns>The candidates.</returns>
    public IReadOnlyList<Candidate> Find()
    {
        Target[] targets = [.. FindTargets()];
        var found = new List<Candidate>();
        for (int input = 0; input < _inputs.Length; input++)
        {
            Target[] fitting = [.. targets.Where(t => Fits(input, t))];
            if (fitting.Length == 0)
            {
                continue;
            }
            var paths = new FlowPaths(_flow, _flow.Inputs[input]);
            bool feedsCell = FeedsRecurrentNode(paths);
            foreach (Target target in fitting)
            {
                int cost = paths.CostOf(target.Value, AddedCost);
                int costIfAdded = paths.CostOf(target.Value, 0);
                bool isNear = costIfAdded < FlowCosts.Far && (paths.IsCarried(target.Value) || !IsAroundCell(target, feedsCell));
                // Written-out cells hand h on through a product, with a projection through two; where a recurrent node is, it keeps the state.
                bool isFarState = !_hasRecurrentNode && cost < AddedCost && !LiesBehindAnother(input, target, cost, fitting, paths);
                if (isNear || isFarState)
                {
                    int likeness = NameLikeness.Of(_graph.Inputs[input].Name, _graph.Outputs[target.Output].Name);
                    found.Add(new Candidate(input, target, cost, _hasRecurrentNode ? cost : costIfAdded, _lateness[target.Output], likeness, paths.Describe(target.Value, AddedCost)));
                }
            }
        }
        return found;
    }

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

    private bool Fits(int input, Target target) =>
        _inputs[input].CanBeState
        && _outputs[target.Output].Feeds(_inputs[input], _axisNames, target.Axis)
        && (target.Part < 0 || _inputs[input].Rank < _outputs[target.Output].Rank || _inputs[input].Length(target.Axis) is not null)
        && _reach[input][target.Value]
        // What depends on nothing but itself is an echo.
        && _reach.Index().Any(other => other.Index != input && other.Item[target.Value]);

    // A residual or a mask around the cells: x that goes into a cell, and what comes out of x and of no cell again.
    private bool IsAroundCell(Target target, bool feedsCell) => _hasRecurrentNode && feedsCell && !FeedsRecurrentNode(new FlowPaths(_flow, target.Value));

    private bool FeedsRecurrentNode(FlowPaths paths)
    {
        bool IsReached(int value) => value >= 0 && paths.CostOf(value, 0) < int.MaxValue;
        return _flow.Nodes.Where(static n => n.IsRecurrent).Any(n => n.Captured.Any(IsReached)
            || (n.Operator is "Loop" or "Scan" ? n.Inputs.Index().Any(i => IsReached(i.Item) && !FlowCosts.IsRecurrence(n, i.Index, Math.Max(0, i.Index - (n.Operator == "Loop" ? 2 : 0)))) : n.Inputs is [var x, ..] && IsReached(x)));
    }

    // Whether every way from the input leads through another output that fits and is a product nearer: then that one is the state,
    // and this one is computed from it.
    private bool LiesBehindAnother(int input, Target target, int cost, Target[] fitting, FlowPaths paths)
    {
        HashSet<int> nearer = [.. fitting.Where(t => t.Value != target.Value && paths.CostOf(t.Value, AddedCost) + FlowCosts.Far <= cost).Select(static t => t.Value)];
        return nearer.Count > 0 && new FlowPaths(_flow, _flow.Inputs[input], nearer).CostOf(target.Value, 0) == int.MaxValue;
    }
}
