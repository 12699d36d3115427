namespace Lstm.Engine.Onnx.Pairing;

/// <summary>What depends on what in a graph, asked again and again while its states are looked for.</summary>
internal sealed class FlowFacts
{
    // Through these an output is followed back to what it is made of.
    private static readonly HashSet<string> Movements = ["Identity", "Dropout", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Concat"];
    private static readonly HashSet<string> SameValues = ["Identity", "Dropout", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose"];
    private static readonly HashSet<string> Gates = ["Sigmoid", "HardSigmoid", "Softmax", "LogSoftmax", "ArgMax"];
    private static readonly HashSet<string> Comparisons = ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not"];

    private readonly OnnxGraph _graph;
    private readonly bool[][] _reach;
    private readonly Dictionary<int, FlowKinds> _kinds = [];
    private readonly Dictionary<int, IReadOnlySet<int>> _cores = [];
    private readonly Dictionary<int, bool[]> _after = [];
    private readonly int[] _order;

    /// <summary>Lays a graph out.</summary>
    /// <param name="graph">The graph.</param>
    public FlowFacts(OnnxGraph graph)
    {
        _graph = graph;
        Flow = new Flow(graph);
        _reach = [.. Flow.Inputs.Select(i => Flow.Reach(i))];
        _order = new int[Flow.Count];
        foreach ((int place, FlowNode node) in Flow.Nodes.Index())
        {
            foreach (int output in node.Outputs.Where(static o => o >= 0))
            {
                _order[output] = place;
            }
        }
        HasRecurrentNode = Flow.Nodes.Any(static n => n.IsRecurrent);
    }

    /// <summary>The graph with its values numbered.</summary>
    public Flow Flow { get; }

    /// <summary>Whether a node keeps a recurrence of its own.</summary>
    public bool HasRecurrentNode { get; }

    /// <summary>Whether a value depends on an input.</summary>
    public bool Reaches(int input, int value) => value >= 0 && _reach[input][value];

    /// <summary>Whether a value depends on any input but this one.</summary>
    public bool DependsOnOthers(int input, int value) => _reach.Index().Any(other => other.Index != input && other.Item[value]);

    /// <summary>What happens to an input on its ways.</summary>
    public FlowKinds KindsFrom(int input)
    {
        if (!_kinds.TryGetValue(input, out FlowKinds? kinds))
        {
            bool[] ofOthers = [.. Enumerable.Range(0, Flow.Count).Select(v => DependsOnOthers(input, v))];
            _kinds[input] = kinds = new FlowKinds(Flow, Flow.Inputs[input], ofOthers);
        }
        return kinds;
    }

    /// <summary>What happens to the values that a state is made of on their ways to another value.</summary>
    public PathKinds KindsBetween(Target state, int value)
    {
        bool[] ofOthers = [.. Flow.Varying];
        return Core(state).Select(source => new FlowKinds(Flow, source, ofOthers)[value]).Aggregate(PathKinds.None, static (a, b) => a | b);
    }

    /// <summary>A target's value and the values that it is made of by moving and joining them: what is computed from one of these is computed from the state.</summary>
    public IReadOnlySet<int> Core(Target target)
    {
        if (!_cores.TryGetValue(target.Value, out IReadOnlySet<int>? core))
        {
            var found = new HashSet<int>();
            var open = new Stack<int>([target.Value]);
            while (open.TryPop(out int value))
            {
                if (Flow.Inputs.Contains(value) || !found.Add(value) || Flow.Producers[value] is not { Proto: not null } node || !Movements.Contains(node.Operator))
                {
                    continue;
                }
                foreach (int part in node.Operator == "Concat" ? node.Inputs : node.Inputs[..1])
                {
                    if (part >= 0 && Flow.Varying[part])
                    {
                        open.Push(part);
                    }
                }
            }
            _cores[target.Value] = core = found;
        }
        return core;
    }

    /// <summary>Whether one target is computed from another, and not the other way round, too.</summary>
    public bool IsAfter(Target late, Target early) => late.Value != early.Value && ReachOf(early)[late.Value] && !ReachOf(late)[early.Value];

    /// <summary>Whether a value depends on a target.</summary>
    public bool Follows(int value, Target early) => value >= 0 && ReachOf(early)[value];

    /// <summary>Whether a value depends on an input by a way that leads through none of the targets.</summary>
    public bool ReachesAround(int input, int value, IEnumerable<Target> targets)
    {
        HashSet<int> blocked = [.. targets.SelectMany(Core)];
        return Flow.Reach(Flow.Inputs[input], blocked)[value];
    }

    /// <summary>How many other outputs an output is computed from.</summary>
    public int CountBefore(int output)
    {
        int origin = Flow.Origin(output);
        return origin < 0 ? 0 : Flow.Outputs.Select(Flow.Origin).Count(o => o >= 0 && o != origin && Flow.Reach(o)[origin]);
    }

    /// <summary>Where in the run of the graph a target is computed.</summary>
    public int OrderOf(Target target) => _order[Flow.Origin(target.Value)];

    /// <summary>Whether two targets show the same values, perhaps in other shapes.</summary>
    public bool AreSame(Target a, Target b) => a == b || ShowSame(a.Value, b.Value);

    /// <summary>Whether one of two targets is the other, or a part of it.</summary>
    public bool AreMade(Target a, Target b) => a.Output != b.Output && (Core(a).Any(v => ShowSame(v, b.Value)) || Core(b).Any(v => ShowSame(v, a.Value)));

    /// <summary>Whether two values are one, perhaps in other shapes.</summary>
    public bool ShowSame(int a, int b) => SourceOf(a) == SourceOf(b);

    /// <summary>Whether a target comes out of a function that gates and probabilities come out of, hardly a state.</summary>
    public bool IsGate(Target target) => Flow.Producers[SourceOf(target.Value)] is { } node && Gates.Contains(node.Operator);

    /// <summary>Whether an input only chooses between ways of computing: a sampling rate.</summary>
    public bool IsSelector(int input)
    {
        HashSet<int> blocked = [.. Flow.Nodes.Where(static n => Comparisons.Contains(n.Operator)).SelectMany(static n => n.Outputs)];
        bool[] reach = Flow.Reach(Flow.Inputs[input], blocked);
        return ElementTypes.IsInteger(DeclaredShape.Of(_graph.Inputs[input]).Type) && !Flow.Outputs.Any(o => o >= 0 && reach[o]);
    }

    /// <summary>Whether an input goes into a recurrent node that a value feeds none of again: a residual or a mask around the cells.</summary>
    public bool IsAroundCell(int input, int value) => HasRecurrentNode && FeedsCell(Flow.Reach(Flow.Inputs[input])) && !FeedsCell(Flow.Reach(value));

    private bool FeedsCell(bool[] reach)
    {
        bool IsReached(int value) => value >= 0 && reach[value];
        return Flow.Nodes.Where(static n => n.IsRecurrent).Any(n => n.Captured.Any(IsReached)
            || (n.Operator is "Loop" or "Scan"
                ? n.Inputs.Index().Any(i => IsReached(i.Item) && !FlowCosts.IsRecurrence(n, i.Index, Math.Max(0, i.Index - (n.Operator == "Loop" ? 2 : 0))))
                : n.Inputs is [var x, ..] && IsReached(x)));
    }

    private int SourceOf(int value)
    {
        while (value >= 0 && Flow.Producers[value] is { Proto: not null, Inputs: [>= 0, ..] } node && SameValues.Contains(node.Operator) && node.Outputs[0] == value)
        {
            value = node.Inputs[0];
        }
        return value;
    }

    private bool[] ReachOf(Target target)
    {
        if (!_after.TryGetValue(target.Value, out bool[]? reach))
        {
            _after[target.Value] = reach = Flow.Reach(Core(target));
        }
        return reach;
    }
}
