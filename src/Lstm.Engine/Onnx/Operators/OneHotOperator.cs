namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// OneHot, opset 9 on: an embedding whose table is the identity, along the last axis. Indices are an input of the graph; those beyond the depth,
/// for which ONNX writes no one at all, are refused before the step.
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
        if (NodeContext.Axis(node.Attributes.Int("axis", -1), rank) != rank - 1)
        {
            throw new NodeFaultException("axis is not the last one; expected -1.");
        }
        int depth = (int)depths[0];
        Dims.CheckCount([new Dim((long)depth * depth)]);
        var table = new float[depth * depth];
        for (int n = 0; n < table.Length; n++)
        {
            table[n] = n % (depth + 1) == 0 ? values[1] : values[0];
        }
        node.Set(0, GatherOperator.Embed(node.Plan, indices, Tensor.Of([depth, depth], table)));
    }
}
