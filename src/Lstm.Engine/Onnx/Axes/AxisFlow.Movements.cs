using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Axes;

/// <content>Operators that move, add, merge and drop axes, and the shapes that exporters compute for them.</content>
internal sealed partial class AxisFlow
{
    private AxisOrigin[]? Transpose(NodeProto node)
    {
        if (Of(node, 0) is not { } x)
        {
            return null;
        }
        long[] perm = node.Attribute.FirstOrDefault(static a => a.Name == "perm")?.Ints.ToArray() ?? [.. Enumerable.Range(0, x.Length).Select(n => (long)(x.Length - 1 - n))];
        return perm.Length == x.Length && perm.All(p => p >= 0 && p < x.Length) ? [.. perm.Select(p => x[p])] : null;
    }

    private AxisOrigin[]? Unsqueeze(NodeProto node)
    {
        if (Of(node, 0) is not { } x || Integers(node, "axes", 1) is not { } axes)
        {
            return null;
        }
        var result = new List<AxisOrigin>(x);
        foreach (int? axis in axes.Select(a => Place(a, x.Length + axes.Length)).Order())
        {
            if (axis is not { } place || place > result.Count)
            {
                return null;
            }
            result.Insert(place, AxisOrigin.Other(1));
        }
        return [.. result];
    }

    private AxisOrigin[]? Squeeze(NodeProto node) =>
        Of(node, 0) is { } x && Integers(node, "axes", 1) is { } axes ? [.. x.Where((_, n) => !axes.Any(a => Place(a, x.Length) == n))] : null;

    private AxisOrigin[]? Reduce(NodeProto node)
    {
        if (Of(node, 0) is not { } x)
        {
            return null;
        }
        long[]? axes = node.OpType.StartsWith("Arg", StringComparison.Ordinal) ? [Integer(node, "axis", 0)] : Integers(node, "axes", 1);
        bool Gone(int n) => axes is null || axes.Any(a => Place(a, x.Length) == n);
        return Integer(node, "keepdims", 1) == 1 ? [.. x.Select((a, n) => Gone(n) ? AxisOrigin.Other(1) : a)] : [.. x.Where((_, n) => !Gone(n))];
    }

    private AxisOrigin[]? Flatten(NodeProto node) => Of(node, 0) is { Length: > 0 } x && Integer(node, "axis", 1) == 1
        ? [x[0], x.Length == 2 ? x[1] : AxisOrigin.Other(-1)]
        : null;

    private AxisOrigin[]? Gather(NodeProto node)
    {
        long stated = Integer(node, "axis", 0);
        if (Constant(node, 0)?.Shape is { } table)
        {
            // An embedding: a row of the table for each index.
            return Of(node, 1) is { } tokens && stated == 0 ? [.. tokens, .. table.Skip(1).Select(AxisOrigin.Other)] : null;
        }
        if (Of(node, 0) is not { } x || Place(stated, x.Length) is not { } axis)
        {
            return null;
        }
        if (Constant(node, 1) is { Integers: [var place] } index)
        {
            Pick(x[axis], place);
            return index.Shape.Length == 0 ? [.. x[..axis], .. x[(axis + 1)..]] : [.. x[..axis], AxisOrigin.Other(1), .. x[(axis + 1)..]];
        }
        return Constant(node, 1) is { Shape.Length: 1 } several ? [.. x[..axis], AxisOrigin.Other(several.Count), .. x[(axis + 1)..]] : null;
    }

    private AxisOrigin[]? Split(NodeProto node)
    {
        if (Of(node, 0) is not { } x || Place(Integer(node, "axis", 0), x.Length) is not { } axis)
        {
            return null;
        }
        bool isUnrolled = node.Output.Count > 1 && node.Output.Count == x[axis].Length;
        AxisOrigin part = isUnrolled ? AxisOrigin.Other(1) : x[axis] with { Length = -1 };
        foreach ((int n, string output) in node.Output.Index())
        {
            if (isUnrolled)
            {
                Pick(x[axis], n);
            }
            _values[output] = [.. x[..axis], part, .. x[(axis + 1)..]];
        }
        return _values[node.Output[0]];
    }

    private void Pick(AxisOrigin axis, long place)
    {
        if (axis.IsKnown)
        {
            (_picked.TryGetValue((axis.Input, axis.Axis), out HashSet<long>? places) ? places : _picked[(axis.Input, axis.Axis)] = []).Add(place < 0 ? place + axis.Length : place);
        }
    }

    // Axes that stay stay: from the front and from the back as long as both sides agree; what is left over in between is merged or split.
    private AxisOrigin[]? Reshape(NodeProto node)
    {
        if (Of(node, 0) is not { } x || Target(node, x) is not { } target)
        {
            return null;
        }
        AxisOrigin[] result = [.. target];
        int front = 0;
        while (front < Math.Min(x.Length, target.Length) && Same(x, front, target, front))
        {
            result[front] = x[front++];
        }
        int back = 0;
        while (back < Math.Min(x.Length, target.Length) - front && Same(x, x.Length - 1 - back, target, target.Length - 1 - back))
        {
            back++;
            result[^back] = x[^back];
        }
        // One axis of unknown length on both sides is the same one.
        if (x.Length - front - back == 1 && target.Length - front - back == 1)
        {
            result[front] = x[front];
        }
        return result;
    }

    private AxisOrigin[]? Target(NodeProto node, AxisOrigin[] x)
    {
        AxisOrigin[]? target = Constant(node, 1)?.Integers is { } numbers ? [.. numbers.Select(n => AxisOrigin.Other((int)Math.Clamp(n, -1, int.MaxValue)))]
            : node.Input.Count > 1 ? _shapes.GetValueOrDefault(node.Input[1])
            : null;
        bool keepsZero = Integer(node, "allowzero", 0) == 0;
        return target is null ? null : [.. target.Select((a, n) => keepsZero && !a.IsKnown && a.Length == 0 && n < x.Length ? x[n] : a)];
    }

    private static bool Same(AxisOrigin[] x, int n, AxisOrigin[] target, int m)
    {
        (AxisOrigin from, AxisOrigin to) = (x[n], target[m]);
        if (to.IsKnown)
        {
            return from.IsKnown && from.Input == to.Input && from.Axis == to.Axis;
        }
        // "-1" is the open batch where all others together are as many values as before.
        return to.Length > 0 ? from.Length == to.Length
            : to.Length == -1 && from.Length == -1 && n == 0 && m == 0 && Product(x[1..]) is { } rest && rest == Product(target[1..]);
    }

    private static long? Product(AxisOrigin[] axes) => axes.All(static a => a.Length > 0) ? axes.Aggregate(1L, static (product, a) => product * a.Length) : null;

    // Whole numbers that shapes are made of: constants, and lengths of axes.
    private bool FollowShape(NodeProto node)
    {
        if (node.OpType == "Constant")
        {
            AddConstant(node);
            return true;
        }
        AxisOrigin[]? result = node.OpType switch
        {
            "Shape" when Of(node, 0) is { } x => ShapeOf(node, x),
            "Gather" when Numbers(node, 0) is { } numbers && Constant(node, 1)?.Integers is { } places && places.All(p => Place(p, numbers.Length) is not null) =>
                [.. places.Select(p => numbers[(int)(p < 0 ? p + numbers.Length : p)])],
            "Unsqueeze" or "Squeeze" or "Cast" or "Identity" when node.Input.Count > 0 => _shapes.GetValueOrDefault(node.Input[0]),
            "Slice" when Numbers(node, 0) is { } numbers && Integers(node, "starts", 1) is [var start] && Integers(node, "ends", 2) is [var end] && Integers(node, "steps", 4) is null or [1] =>
                numbers[Bound(start, numbers.Length)..Math.Max(Bound(start, numbers.Length), Bound(end, numbers.Length))],
            "Concat" when node.Input.All(i => _shapes.ContainsKey(i) || _constants.GetValueOrDefault(i)?.Integers is not null) && node.Input.Any(_shapes.ContainsKey) =>
                [.. Enumerable.Range(0, node.Input.Count).SelectMany(n => Numbers(node, n) ?? [])],
            "Mul" or "Div" or "Add" or "Sub" when node.Input.Any(_shapes.ContainsKey) => [.. Enumerable.Repeat(AxisOrigin.Other(-1), node.Input.Max(i => _shapes.GetValueOrDefault(i)?.Length ?? 1))],
            _ => null,
        };
        if (result is null || node.Output.Count == 0)
        {
            return false;
        }
        _shapes[node.Output[0]] = result;
        return true;
    }

    private void AddConstant(NodeProto node)
    {
        if (node.Output.Count == 0 || node.Attribute.FirstOrDefault() is not { } value)
        {
            return;
        }
        AddConstant(node.Output[0], () => value.Name switch
        {
            "value" when value.T is not null => TensorReader.Read(value.T),
            "value_int" => Tensor.Of([], [value.I], ElementType.Int64),
            "value_ints" => Tensor.Of([value.Ints.Count], [.. value.Ints], ElementType.Int64),
            _ => null,
        });
    }

    private void AddConstant(string name, Func<Tensor?> read)
    {
        try
        {
            if (read() is { } tensor)
            {
                _constants[name] = tensor;
            }
        }
        catch (NodeFaultException)
        {
            // The tracer and the check of soundness say so; here it is no evidence.
        }
    }

    private static AxisOrigin[] ShapeOf(NodeProto node, AxisOrigin[] x)
    {
        int start = Bound(Integer(node, "start", 0), x.Length);
        return x[start..Math.Max(start, Bound(Integer(node, "end", x.Length), x.Length))];
    }

    private AxisOrigin[]? Numbers(NodeProto node, int index) => index >= node.Input.Count ? null
        : _shapes.GetValueOrDefault(node.Input[index])
        ?? (Constant(node, index)?.Integers is { } numbers && Constant(node, index)?.Shape.Length <= 1 ? [.. numbers.Select(static n => AxisOrigin.Other((int)Math.Clamp(n, -1, int.MaxValue)))] : null);

    private static int Bound(long place, int length) => (int)Math.Clamp(place < 0 ? place + length : place, 0, length);
}
