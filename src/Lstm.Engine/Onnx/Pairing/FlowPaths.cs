namespace Lstm.Engine.Onnx.Pairing;

/// <summary>The cheapest paths from one value to all others.</summary>
internal sealed class FlowPaths
{
    // What happened to the value so far. A value that is only added to on its way may be a residual as well as a state, a value
    // that is scaled by another may be masked.
    private const int Moved = 0;
    private const int Added = 1;
    private const int Scaled = 2;
    private const int Carried = 3;
    private const int Ways = 4;

    private readonly Flow _flow;
    private readonly IReadOnlySet<int>? _blocked;
    private readonly int[] _costs;
    private readonly (FlowNode? Node, int From, int Input)[] _steps;

    /// <summary>Finds the paths.</summary>
    /// <param name="flow">The graph.</param>
    /// <param name="source">The value that they start from.</param>
    /// <param name="blocked">Values that no path may lead through; null for none.</param>
    public FlowPaths(Flow flow, int source, IReadOnlySet<int>? blocked = null)
    {
        _flow = flow;
        _blocked = blocked;
        _costs = new int[flow.Count * Ways];
        _steps = new (FlowNode?, int, int)[_costs.Length];
        Array.Fill(_costs, int.MaxValue);
        _costs[(source * Ways) + Moved] = 0;
        // One pass, unless a subgraph captures what comes later.
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (FlowNode node in flow.Nodes)
            {
                changed |= Pass(node);
            }
        }
    }

    /// <summary>The cost of reaching a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="added">The cost of a path that only adds to the source.</param>
    /// <returns>The cost; <see cref="int.MaxValue"/> when there is no path.</returns>
    public int CostOf(int value, int added) => Best(value, added).Cost;

    /// <summary>Whether a path is near that leads through a recurrent node as its state, or through movements only.</summary>
    /// <param name="value">Its end.</param>
    /// <returns>True when it cannot be a residual or a mask.</returns>
    public bool IsCarried(int value) => Math.Min(_costs[(value * Ways) + Moved], _costs[(value * Ways) + Carried]) < FlowCosts.Far;

    /// <summary>The path in words.</summary>
    /// <param name="value">Its end.</param>
    /// <param name="added">The cost of a path that only adds to the source.</param>
    /// <returns>E.g. "elementwise path through Mul, Add".</returns>
    public string Describe(int value, int added)
    {
        (int place, int cost) = Best(value, added);
        var operators = new List<string>();
        var all = new List<string>();
        string? recurrence = null;
        while (_steps[place] is { Node: { } node } step)
        {
            int output = Array.IndexOf(node.Outputs, place / Ways);
            if (step.Input >= 0 && FlowCosts.IsRecurrence(node, step.Input, output))
            {
                recurrence = NameRecurrence(node, step.Input, output);
            }
            if (node.Proto is not null)
            {
                all.Add(node.Operator);
                if (step.Input < 0 || FlowCosts.Of(node, step.Input, output) != FlowCosts.Near || node.Operator is "Add" or "Sub" or "Mul" or "Div" or "Sum")
                {
                    operators.Add(node.Operator);
                }
            }
            place = step.From;
        }
        operators.Reverse();
        all.Reverse();
        return recurrence is not null && cost < FlowCosts.Far ? recurrence
            : cost >= FlowCosts.Far ? $"path through {List(operators)}"
            : operators.Count > 0 ? $"elementwise path through {List(operators)}"
            : all.Count > 0 ? $"moved through {List(all)}"
            : "the same value";
    }

    private static string List(IEnumerable<string> operators)
    {
        string[] distinct = [.. operators.Distinct()];
        return distinct.Length <= 8 ? string.Join(", ", distinct) : $"{string.Join(", ", distinct.Take(8))}, …";
    }

    private static string NameRecurrence(FlowNode node, int input, int output)
    {
        string name = node.Proto is null ? "" : OnnxGraph.NameOf(node.Proto);
        return node.Operator is "Loop" or "Scan"
            ? $"carried by {node.Operator} '{name}' as its value {output}"
            : $"{(input == 5 ? "initial_h" : "initial_c")} of {node.Operator} '{name}' and its {(output == 0 ? "Y" : output == 1 ? "Y_h" : "Y_c")}";
    }

    private (int Place, int Cost) Best(int value, int added)
    {
        (int Place, int Cost) best = (value * Ways, int.MaxValue);
        for (int way = 0; way < Ways; way++)
        {
            int cost = _costs[(value * Ways) + way];
            cost = way == Added && cost < FlowCosts.Far ? cost + added : cost;
            best = cost < best.Cost ? ((value * Ways) + way, cost) : best;
        }
        return best;
    }

    private bool Pass(FlowNode node)
    {
        bool changed = false;
        for (int input = 0; input < node.Inputs.Length; input++)
        {
            if (node.Inputs[input] >= 0)
            {
                changed |= Pass(node, node.Inputs[input], input);
            }
        }
        foreach (int captured in node.Captured)
        {
            changed |= Pass(node, captured, -1);
        }
        return changed;
    }

    private bool Pass(FlowNode node, int from, int input)
    {
        if (_blocked?.Contains(from) == true)
        {
            return false;
        }
        bool changed = false;
        for (int way = 0; way < Ways; way++)
        {
            if (_costs[(from * Ways) + way] is var so && so == int.MaxValue)
            {
                continue;
            }
            for (int output = 0; output < node.Outputs.Length; output++)
            {
                int step = node.Outputs[output] < 0 ? FlowCosts.None : input < 0 ? FlowCosts.Far : FlowCosts.Of(node, input, output);
                int place = (node.Outputs[output] * Ways) + (step < 0 ? 0 : WayAfter(node, way, input, step));
                if (step >= 0 && so + step < _costs[place])
                {
                    _costs[place] = so + step;
                    _steps[place] = (node, (from * Ways) + way, input);
                    changed = true;
                }
            }
        }
        return changed;
    }

    // Constants beside it change nothing: a scaled or shifted value is still that value.
    private int WayAfter(FlowNode node, int way, int input, int cost) =>
        way == Carried || (node.IsRecurrent && cost < FlowCosts.Far) ? Carried
        : cost >= FlowCosts.Far ? Scaled
        : !node.Inputs.Where((n, i) => i != input && n >= 0).Any(n => _flow.Varying[n]) ? way
        : node.Operator is "Mul" or "Div" ? Scaled
        : node.Operator is "Add" or "Sub" or "Sum" or "Mean" or "Where" ? Math.Max(way, Added)
        : way;
}
