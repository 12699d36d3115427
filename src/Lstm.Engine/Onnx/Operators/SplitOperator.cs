namespace Lstm.Engine.Onnx.Operators;

/// <summary>Split, opset 2 on: sizes as an attribute up to 12, as an input from 13, num_outputs from 18; along any axis but time and batch.</summary>
internal sealed class SplitOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Split"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        int axis = NodeContext.Axis(node.Attributes.Int("axis", 0), data.Shape.Length);
        if (!data.Shape[axis].IsStatic)
        {
            throw new NodeFaultException($"it splits along {data.Shape[axis]} of {Dims.Describe(data.Shape)}; that takes timesteps or sessions apart.");
        }
        int whole = (int)data.Shape[axis].Size;
        long stated = node.Attributes.Int("num_outputs", node.OutputCount);
        long[] sizes = node.Attributes.Ints("split") ?? node.Integers(1, "split") ?? Even(whole, (int)Math.Clamp(stated, 1, int.MaxValue));
        if (sizes.Length != node.OutputCount || stated != node.OutputCount || sizes.Any(static n => n < 0) || sizes.Sum() != whole)
        {
            throw new NodeFaultException($"it splits {whole} values into {string.Join(" + ", sizes)} for {node.OutputCount} outputs; expected one part an output, and all of them together the whole.");
        }
        int[] strides = Dims.Strides(data.Shape);
        int start = 0;
        for (int n = 0; n < sizes.Length; n++)
        {
            Dim[] shape = [.. data.Shape];
            shape[axis] = new Dim(sizes[n]);
            int first = start;
            if (node.HasOutput(n))
            {
                node.Set(n, Movement.Apply(
                    node.Plan, data, shape, Dims.Map(shape, index => index.Index().Sum(i => strides[i.Index] * (i.Item + (i.Index == axis ? first : 0))))));
            }
            start += (int)sizes[n];
        }
    }

    // The last part may be smaller.
    private static long[] Even(int whole, int parts)
    {
        long size = (whole + parts - 1) / parts;
        return [.. Enumerable.Range(0, parts).Select(n => Math.Clamp(whole - (n * size), 0, size))];
    }
}
