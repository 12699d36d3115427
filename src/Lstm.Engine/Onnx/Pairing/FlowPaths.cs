namespace Lstm.Engine.Onnx.Pairing;

/// <summary>The cheapest paths from one value to all others.</summary>
internal sealed class FlowPaths
{
    private readonly int[] _costs;
    private readonly (FlowNode? Node, int From, int Input)[] _steps;

    /// <summary>Finds the paths.</summary>
    /// <param name="flow">The graph.</param>
    /// <param name="source">The value that they start from.</param>
    public FlowPaths(Flow flow, int source)
    {
        _costs = new int[flow.Count];
        _steps = new (FlowNode?, int, int)[flow.Count];
        Array.Fill(_costs, int.MaxValue);
        _costs[source] = 0;
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
    /// <returns>The cost; <see cref="int.MaxValue"/> when there is no path.</returns>
    public int CostOf(int value) => _costs[value];

    /// <summary>The path in words.</summary>
    /// <param name="value">Its end.</param>
    /// <returns>E.g. "elementwise path through Mul, Add".</returns>
    public string Describe(int value)
    {
        (int place, int cost) = (value, _costs[value]);
        var operators = new List<string>();
        var all = new List<string>();
        string? recurrence = null;
        while (_steps[place] is { Node: { } node } step)
        {
            int output = Array.IndexOf(node.Outputs, place);
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
        if (_costs[from] == int.MaxValue)
        {
            return false;
        }
        bool changed = false;
        for (int output = 0; output < node.Outputs.Length; output++)
        {
            int to = node.Outputs[output];
            int step = to < 0 ? FlowCosts.None : input < 0 ? FlowCosts.Far : FlowCosts.Of(node, input, output);
            if (step >= 0 && _costs[from] + step < _costs[to])
            {
                _costs[to] = _costs[from] + step;
                _steps[to] = (node, from, input);
                changed = true;
            }
        }
        return changed;
    }
}
