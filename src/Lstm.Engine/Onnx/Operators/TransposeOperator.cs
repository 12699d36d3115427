namespace Lstm.Engine.Onnx.Operators;

/// <summary>Transpose, opset 1 on: attribute perm, by default all axes reversed.</summary>
internal sealed class TransposeOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Transpose"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        int rank = data.Shape.Length;
        int[] perm = node.Attributes.Ints("perm") is { } given ? [.. given.Select(a => NodeContext.Axis(a, rank))] : [.. Enumerable.Range(0, rank).Reverse()];
        if (perm.Length != rank || perm.Distinct().Count() != rank)
        {
            throw new NodeFaultException($"perm [{string.Join(", ", perm)}] is no permutation of the {rank} axes of {Dims.Describe(data.Shape)}.");
        }
        Dim[] shape = [.. perm.Select(axis => data.Shape[axis])];
        int[] strides = Dims.Strides(data.Shape);
        node.Set(0, Movement.Apply(node.Plan, data, shape, Dims.Map(shape, index => index.Index().Sum(i => i.Item * strides[perm[i.Index]]))));
    }
}
