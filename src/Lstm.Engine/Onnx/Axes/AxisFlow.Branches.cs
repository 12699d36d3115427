using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Axes;

/// <content>The branch of an If whose condition is decided by the first of an input's values in model.json, or by constants.</content>
internal sealed partial class AxisFlow
{
    private static readonly Dictionary<string, Func<double, double, double>> Comparisons = new()
    {
        ["Equal"] = static (a, b) => a == b ? 1 : 0,
        ["Greater"] = static (a, b) => a > b ? 1 : 0,
        ["GreaterOrEqual"] = static (a, b) => a >= b ? 1 : 0,
        ["Less"] = static (a, b) => a < b ? 1 : 0,
        ["LessOrEqual"] = static (a, b) => a <= b ? 1 : 0,
        ["And"] = static (a, b) => a != 0 && b != 0 ? 1 : 0,
        ["Or"] = static (a, b) => a != 0 || b != 0 ? 1 : 0,
        ["Xor"] = static (a, b) => (a != 0) != (b != 0) ? 1 : 0,
    };

    // Single numbers that are known: the first of an input's values, and what it is compared with.
    private readonly Dictionary<string, double> _numbers = [];

    private void FollowNumber(NodeProto node)
    {
        double? number = node.OpType switch
        {
            "Identity" or "Cast" or "Reshape" or "Squeeze" or "Unsqueeze" => Number(node, 0),
            "Not" => Number(node, 0) is { } x ? (x == 0 ? 1 : 0) : null,
            _ when Comparisons.TryGetValue(node.OpType, out Func<double, double, double>? compare) => Number(node, 0) is { } a && Number(node, 1) is { } b ? compare(a, b) : null,
            _ => null,
        };
        if (number is { } known && node.Output.Count > 0)
        {
            _numbers[node.Output[0]] = known;
        }
    }

    private double? Number(NodeProto node, int index) =>
        index >= node.Input.Count ? null
        : _numbers.TryGetValue(node.Input[index], out double number) ? number
        : Constant(node, index) is { Count: 1 } constant ? constant.Integers is [var integer] ? integer : constant.ToFloats()[0]
        : null;

    private AxisOrigin[]? Branch(NodeProto node)
    {
        if (Number(node, 0) is not { } condition || node.Attribute.FirstOrDefault(a => a.Name == (condition != 0 ? "then_branch" : "else_branch"))?.G is not { } branch)
        {
            return null;
        }
        foreach (TensorProto initializer in branch.Initializer)
        {
            AddConstant(initializer.Name, () => TensorReader.Read(initializer));
        }
        foreach (NodeProto inner in branch.Node)
        {
            Follow(inner);
        }
        foreach ((ValueInfoProto from, string to) in branch.Output.Zip(node.Output))
        {
            if (_values.GetValueOrDefault(from.Name) is { } value)
            {
                _values[to] = value;
            }
        }
        return branch.Output.Count > 0 ? _values.GetValueOrDefault(branch.Output[0].Name) : null;
    }
}
