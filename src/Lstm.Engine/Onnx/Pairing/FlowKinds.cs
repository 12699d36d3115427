namespace Lstm.Engine.Onnx.Pairing;

/// <summary>Follows one value through the graph and notes what happens to it on each way.</summary>
internal sealed class FlowKinds
{
    private const PathKinds Linear = PathKinds.Moved | PathKinds.Scaled | PathKinds.Added | PathKinds.Masked | PathKinds.Gated | PathKinds.Kept;

    private static readonly HashSet<string> Sums = ["Add", "Sub", "Sum", "Mean", "Max", "Min", "Or", "And", "Xor"];

    // Of a state and what is added to it the sum is still the state, normalised or limited.
    private static readonly HashSet<string> Norms = ["LayerNormalization", "RMSNormalization", "InstanceNormalization", "GroupNormalization", "BatchNormalization", "Clip"];

    private readonly Flow _flow;
    private readonly bool[] _ofOthers;
    private readonly PathKinds[] _kinds;

    /// <summary>Follows a value.</summary>
    /// <param name="flow">The graph.</param>
    /// <param name="source">The value.</param>
    /// <param name="ofOthers">For each value whether it depends on other inputs, too.</param>
    public FlowKinds(Flow flow, int source, bool[] ofOthers)
    {
        (_flow, _ofOthers) = (flow, ofOthers);
        _kinds = new PathKinds[flow.Count];
        _kinds[source] = PathKinds.Moved;
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (FlowNode node in flow.Nodes)
            {
                changed |= Pass(node);
            }
        }
    }

    /// <summary>What happens on the ways to a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>One kind for each way.</returns>
    public PathKinds this[int value] => _kinds[value];

    private bool Pass(FlowNode node)
    {
        bool changed = false;
        bool isCaptured = node.Captured.Any(c => _kinds[c] != PathKinds.None);
        for (int output = 0; output < node.Outputs.Length; output++)
        {
            int to = node.Outputs[output];
            if (to < 0)
            {
                continue;
            }
            PathKinds kinds = _kinds[to] | (isCaptured ? PathKinds.Mixed : PathKinds.None);
            for (int input = 0; input < node.Inputs.Length; input++)
            {
                if (node.Inputs[input] >= 0 && _kinds[node.Inputs[input]] is var before && before != PathKinds.None)
                {
                    kinds |= After(node, input, output, before);
                }
            }
            changed |= kinds != _kinds[to];
            _kinds[to] = kinds;
        }
        return changed;
    }

    private PathKinds After(FlowNode node, int input, int output, PathKinds before)
    {
        int cost = FlowCosts.Of(node, input, output);
        if (cost < 0)
        {
            return PathKinds.None;
        }
        PathKinds after = PathKinds.None;
        for (var kind = PathKinds.Moved; kind <= PathKinds.Kept; kind = (PathKinds)((int)kind << 1))
        {
            after |= (before & kind) != 0 ? After(node, input, output, cost, kind) : PathKinds.None;
        }
        return after;
    }

    private PathKinds After(FlowNode node, int input, int output, int cost, PathKinds kind)
    {
        string name = node.Operator;
        if (FlowCosts.IsRecurrence(node, input, output))
        {
            return (kind & Linear) != 0 ? PathKinds.Kept : PathKinds.Mixed;
        }
        if (cost >= FlowCosts.Far)
        {
            return PathKinds.Mixed;
        }
        if (kind is PathKinds.Kept or PathKinds.Mixed)
        {
            return kind;
        }
        if (name == "Where" || node.Proto is null)
        {
            // One of two values is taken: the way out of a branch of an If, or a choice by a condition.
            return name == "Where" && input == 0 ? PathKinds.Bent : kind == PathKinds.Bent ? kind : PathKinds.Gated;
        }
        if (Sums.Contains(name) || name == "Mul" || (name == "Div" && input == 0))
        {
            return AfterJoin(node, input, kind, isSum: Sums.Contains(name));
        }
        if (Norms.Contains(name) && input == 0)
        {
            return kind is PathKinds.Added or PathKinds.Gated ? kind : name is "Clip" or "BatchNormalization" && kind != PathKinds.Moved ? kind : PathKinds.Bent;
        }
        return cost == FlowCosts.Near ? kind : PathKinds.Bent;
    }

    private PathKinds AfterJoin(FlowNode node, int input, PathKinds kind, bool isSum)
    {
        int[] others = [.. node.Inputs.Where((n, i) => i != input && n >= 0)];
        bool isJoined = others.Any(n => _ofOthers[n]);
        if (!isJoined && others.Any(n => _flow.Varying[n]))
        {
            return kind is PathKinds.Added or PathKinds.Gated ? kind : PathKinds.Bent;
        }
        return (kind, isJoined, isSum) switch
        {
            (PathKinds.Moved, false, _) => PathKinds.Scaled,
            (PathKinds.Added, false, false) => PathKinds.Gated,
            (_, false, _) => kind,
            (PathKinds.Moved, _, true) => PathKinds.Added,
            (PathKinds.Scaled or PathKinds.Masked, _, true) => PathKinds.Gated,
            (PathKinds.Moved or PathKinds.Scaled, _, false) => PathKinds.Masked,
            (PathKinds.Added, _, false) => PathKinds.Gated,
            _ => kind,
        };
    }
}
