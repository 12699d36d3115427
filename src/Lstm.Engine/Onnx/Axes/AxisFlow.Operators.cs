using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Axes;

/// <content>Operators with weights, and those that walk along time.</content>
internal sealed partial class AxisFlow
{
    private AxisOrigin[]? Recurrent(NodeProto node)
    {
        bool batchFirst = Integer(node, "layout", 0) == 1;
        int[]? w = Constant(node, 1)?.Shape;
        int[]? r = Constant(node, 2)?.Shape;
        foreach (int index in (int[])[5, 6])
        {
            if (Of(node, index) is { Length: 3 } state)
            {
                Take(state[batchFirst ? 0 : 1], 'B');
                Take(state[2], ' ', r is [_, _, var hidden] && node.OpType != "DynamicQuantizeLSTM" ? hidden : -1);
            }
        }
        if (Of(node, 4) is [var lengths])
        {
            Take(lengths, 'B');
        }
        if (Of(node, 0) is not { Length: 3 } x)
        {
            return null;
        }
        (AxisOrigin time, AxisOrigin batch) = batchFirst ? (x[1], x[0]) : (x[0], x[1]);
        Take(time, 'T');
        Take(batch, 'B');
        Take(x[2], ' ', w is [_, _, var size] && node.OpType != "DynamicQuantizeLSTM" ? size : -1);
        var other = AxisOrigin.Other(-1);
        for (int n = 1; n < node.Output.Count; n++)
        {
            _values[node.Output[n]] = batchFirst ? [batch, other, other] : [other, batch, other];
        }
        return batchFirst ? [batch, time, other, other] : [time, other, batch, other];
    }

    private AxisOrigin[]? Scan(NodeProto node)
    {
        int scanned = (int)Integer(node, "num_scan_inputs", 0);
        long[] axes = node.Attribute.FirstOrDefault(static a => a.Name == "scan_input_axes")?.Ints.ToArray() ?? [];
        int states = Math.Max(0, node.Input.Count - scanned);
        for (int n = states; n < node.Input.Count; n++)
        {
            if (Of(node, n) is { } x && Place(n - states < axes.Length ? axes[n - states] : 0, x.Length) is { } axis)
            {
                Take(x[axis], 'T');
            }
        }
        for (int n = 0; n < states && n < node.Output.Count; n++)
        {
            if (Of(node, n) is { } state)
            {
                _values[node.Output[n]] = state;
            }
        }
        return states > 0 ? Of(node, 0) : null;
    }

    // A loop over time takes the timestep of its round out of a value from around it.
    private AxisOrigin[]? Loop(NodeProto node)
    {
        if (node.Attribute.FirstOrDefault(static a => a.Name == "body")?.G is not { Input.Count: > 0 } body)
        {
            return null;
        }
        HashSet<string> counters = [body.Input[0].Name];
        foreach (NodeProto inner in body.Node)
        {
            if (inner.OpType is "Cast" or "Identity" or "Unsqueeze" or "Squeeze" or "Reshape" && inner.Input.Count > 0 && counters.Contains(inner.Input[0]))
            {
                counters.UnionWith(inner.Output);
            }
            else if (inner.OpType == "Gather" && inner.Input.Count > 1 && counters.Contains(inner.Input[1]) && Of(inner, 0) is { } x && Place(Integer(inner, "axis", 0), x.Length) is { } axis)
            {
                Take(x[axis], 'T');
            }
        }
        for (int n = 2; n < node.Input.Count && n - 2 < node.Output.Count; n++)
        {
            if (Of(node, n) is { } carried)
            {
                _values[node.Output[n - 2]] = carried;
            }
        }
        return Of(node, 2);
    }

    private AxisOrigin[]? MatMul(NodeProto node)
    {
        (AxisOrigin[]? a, AxisOrigin[]? b) = (Of(node, 0), Of(node, 1));
        if (a is { Length: > 0 } && Constant(node, 1)?.Shape is { Length: >= 2 } right)
        {
            Take(a[^1], ' ', right[^2]);
            return [.. a[..^1], AxisOrigin.Other(right[^1])];
        }
        if (b is { Length: >= 2 } && Constant(node, 0)?.Shape is { Length: >= 2 } left)
        {
            Take(b[^2], ' ', left[^1]);
            return [.. b[..^2], AxisOrigin.Other(left[^2]), b[^1]];
        }
        return a is { Length: >= 2 } && b is { Length: >= 2 } ? [.. a[..^1], b[^1]] : null;
    }

    private AxisOrigin[]? Gemm(NodeProto node)
    {
        if (Of(node, 0) is not { Length: 2 } a)
        {
            return null;
        }
        bool turned = Integer(node, "transB", 0) == 1;
        int[]? b = Constant(node, 1)?.Shape;
        (AxisOrigin rows, AxisOrigin columns) = Integer(node, "transA", 0) == 1 ? (a[1], a[0]) : (a[0], a[1]);
        if (b is { Length: 2 })
        {
            Take(columns, ' ', b[turned ? 1 : 0]);
        }
        return [rows, AxisOrigin.Other(b is { Length: 2 } ? b[turned ? 0 : 1] : -1)];
    }

    private AxisOrigin[]? Conv(NodeProto node)
    {
        if (Of(node, 0) is not { Length: > 2 } x)
        {
            return null;
        }
        int[]? w = Constant(node, 1)?.Shape;
        if (w is { Length: > 2 })
        {
            Take(x[1], ' ', w[1] * (int)Integer(node, "group", 1));
        }
        return [x[0], AxisOrigin.Other(w?[0] ?? -1), .. x.Skip(2).Select(static a => a with { Length = -1 })];
    }

    private AxisOrigin[]? Normalized(NodeProto node, int axis)
    {
        if (Of(node, 0) is { } x && Place(axis, x.Length) is { } place && Constant(node, 1)?.Shape is [var size])
        {
            Take(x[place], ' ', size);
        }
        return Of(node, 0);
    }

    private AxisOrigin[]? Einsum(NodeProto node)
    {
        string equation = (node.Attribute.FirstOrDefault(static a => a.Name == "equation")?.S?.ToStringUtf8() ?? "").Replace(" ", "", StringComparison.Ordinal);
        if (equation.Split("->") is not [var left, var right] || equation.Contains('.', StringComparison.Ordinal))
        {
            return null;
        }
        var letters = new Dictionary<char, AxisOrigin>();
        foreach ((int n, string term) in left.Split(',').Index())
        {
            int[]? weights = Constant(node, n)?.Shape;
            for (int axis = 0; axis < term.Length; axis++)
            {
                if (weights?.Length == term.Length)
                {
                    AxisOrigin axisOfX = letters.GetValueOrDefault(term[axis]);
                    Take(axisOfX, ' ', weights[axis]);
                    letters.TryAdd(term[axis], AxisOrigin.Other(weights[axis]));
                }
                else if (Of(node, n) is { } x && x.Length == term.Length && !letters.GetValueOrDefault(term[axis]).IsKnown)
                {
                    letters[term[axis]] = x[axis];
                }
            }
        }
        return [.. right.Select(c => letters.TryGetValue(c, out AxisOrigin axis) ? axis : AxisOrigin.Other(-1))];
    }

    private static int? Place(long axis, int rank) => (axis < 0 ? axis + rank : axis) is >= 0 and var place && place < rank ? (int)place : null;
}
