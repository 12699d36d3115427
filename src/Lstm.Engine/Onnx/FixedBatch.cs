namespace Lstm.Engine.Onnx;

/// <summary>Constants of a file that was exported with a fixed batch: what is the same for every row of the batch holds for one session.</summary>
internal static class FixedBatch
{
    /// <summary>Takes one row of the batch out of a constant where that is all there is to it.</summary>
    /// <param name="constant">The constant.</param>
    /// <param name="axis">Its axis of the batch.</param>
    /// <returns>The constant, with size 1 on that axis.</returns>
    /// <exception cref="NodeFaultException">The rows differ, or there is none.</exception>
    public static ConstantValue OneRow(ConstantValue constant, int axis)
    {
        if (constant.Tensor.Count == 0)
        {
            throw NodeFaultException.Wrong($"the constant of shape {Dims.Describe(constant.Shape)} is empty; expected a row for every session.");
        }
        Dim[] one = [.. constant.Shape];
        one[axis] = new Dim(1);
        int[] strides = Dims.Strides(constant.Shape);
        int[] source = Dims.Map(one, index => index.Index().Sum(i => i.Item * strides[i.Index]));
        float[] values = constant.Tensor.ToFloats();
        for (int n = 1; n < constant.Shape[axis].Size; n++)
        {
            if (source.Any(place => values[place] != values[place + (n * strides[axis])]))
            {
                throw new NodeFaultException($"the constant of shape {Dims.Describe(constant.Shape)} differs from row to row of the batch; expected the same for every session.");
            }
        }
        return new ConstantValue(one, constant.Tensor.Rearrange([.. one.Select(static d => (int)d.Size)], source));
    }

    /// <summary>Takes one row of a value out where another has the batch.</summary>
    /// <param name="plan">Knows the batch that the file declares.</param>
    /// <param name="value">The value.</param>
    /// <param name="other">The other's shape.</param>
    /// <returns>The value, or one row of it.</returns>
    public static TracedValue Fit(StepPlanner plan, TracedValue value, Dim[] other)
    {
        for (int n = 1; n <= Math.Min(value.Shape.Length, other.Length); n++)
        {
            if (value is ConstantValue constant && other[^n] == Dim.B && value.Shape[^n] is { IsStatic: true, Size: > 1 } dim && dim.Size == plan.FixedBatch)
            {
                value = OneRow(constant, value.Shape.Length - n);
            }
        }
        return value;
    }
}
