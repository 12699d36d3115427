using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>CumSum, opset 11 on: sums so far along a fixed axis, or along time, where the sum is state. exclusive, and along fixed axes reverse.</summary>
internal sealed class CumSumOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["CumSum"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Signal(0);
        int axis = NodeContext.Axis(node.Integers(1, "axis") is [var stated] ? stated : throw NodeFaultException.Wrong("axis is missing."), x.Shape.Length);
        bool exclusive = node.Attributes.Int("exclusive", 0) != 0;
        bool reverse = node.Attributes.Int("reverse", 0) != 0;
        if (x.Shape[axis] == Dim.T && !reverse)
        {
            SignalValue sum = ReduceOperator.RunAlong(node.Plan, "ReduceSum", x, squared: false) with { LastStep = false };
            node.Set(0, exclusive ? Movement.Shift(node.Plan, sum, axis, ahead: -1, padding: 0f) : sum);
            return;
        }
        int[] members = Groups.Along(x.Shape, [axis], out int size);
        int offset = node.Plan.Allocate(members.Length);
        node.Plan.Add(() => new GroupLayerSpec(values => Sum(values, exclusive, reverse), x.Offset, offset, members, size, OneResult: false), members.Length);
        node.Set(0, x.At(offset));
    }

    private static void Sum(Span<float> values, bool exclusive, bool reverse)
    {
        float sum = 0;
        for (int n = 0; n < values.Length; n++)
        {
            ref float value = ref values[reverse ? values.Length - 1 - n : n];
            float next = sum + value;
            value = exclusive ? sum : next;
            sum = next;
        }
    }
}
