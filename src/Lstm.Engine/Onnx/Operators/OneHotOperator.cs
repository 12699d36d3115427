namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// OneHot, opset 9 on. Indices that are an input of the graph pick rows of the identity, along the last axis; those beyond the depth, for which ONNX
/// writes no one at all, are refused before the step. Others, and other axes, are compared with every number below the depth.
/// </summary>
internal sealed class OneHotOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["OneHot"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue indices = node.Signal(0, "indices");
        long[] depths = node.Integers(1, "depth") ?? [];
        float[] values = node.Constant(2, "values").ToFloats();
        int rank = indices.Shape.Length + 1;
        if (depths is not [> 0 and <= Dims.MostValues] || values.Length != 2)
        {
            throw NodeFaultException.Wrong($"depth holds {depths.Length} values and values {values.Length}; expected one positive number, and the values of off and on.");
        }
        int axis = NodeContext.Axis(node.Attributes.Int("axis", -1), rank);
        int depth = (int)depths[0];
        if (axis != rank - 1 || indices.InputOrigin is null || (long)depth * depth > Dims.MostValues)
        {
            node.Set(0, Compare(node.Plan, indices, axis, depth, values));
            return;
        }
        var table = new float[depth * depth];
        for (int n = 0; n < table.Length; n++)
        {
            table[n] = n % (depth + 1) == 0 ? values[1] : values[0];
        }
        node.Set(0, GatherOperator.Embed(node.Plan, indices, Tensor.Of([depth, depth], table)));
    }

    private static TracedValue Compare(StepPlanner plan, SignalValue indices, int axis, int depth, float[] values)
    {
        TracedValue wrapped = MapOperator.Plan(plan, indices, n => MathF.Truncate(n) is var whole && whole < 0 ? whole + depth : whole);
        TracedValue wide = Movement.Reshape(wrapped, [.. indices.Shape[..axis], new Dim(1), .. indices.Shape[axis..]]);
        int[] shape = [depth, .. Enumerable.Repeat(1, indices.Shape.Length - axis)];
        var numbers = new ConstantValue(Tensor.Of(shape, [.. Enumerable.Range(0, depth).Select(static n => (float)n)]));
        (float off, float on) = (values[0], values[1]);
        var result = (SignalValue)PairOperator.Plan(plan, (index, number) => index == number ? on : off, wide, numbers);
        return result with { Type = ElementType.Float32 };
    }
}
