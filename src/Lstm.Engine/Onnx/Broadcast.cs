namespace Lstm.Engine.Onnx;

/// <summary>ONNX's multidirectional broadcasting (that of NumPy), with T and B as sizes of their own.</summary>
internal static class Broadcast
{
    /// <summary>The common shape of two operands.</summary>
    /// <param name="a">One shape.</param>
    /// <param name="b">The other.</param>
    /// <returns>The shape that both can be repeated to.</returns>
    /// <exception cref="NodeFaultException">There is none.</exception>
    public static Dim[] Shape(Dim[] a, Dim[] b)
    {
        var shape = new Dim[Math.Max(a.Length, b.Length)];
        for (int n = 1; n <= shape.Length; n++)
        {
            Dim left = n <= a.Length ? a[^n] : new Dim(1);
            Dim right = n <= b.Length ? b[^n] : new Dim(1);
            shape[^n] = left == right || right.IsOne ? left : left.IsOne ? right
                : throw new NodeFaultException($"{Dims.Describe(a)} and {Dims.Describe(b)} cannot be broadcast together.");
        }
        // x[:, None] with x[None, :]: a row holds one timestep, not all pairs of them.
        return "TB".All(symbol => shape.Count(d => d.Symbols.Contains(symbol, StringComparison.Ordinal)) < 2) ? shape
            : throw new NodeFaultException($"{Dims.Describe(a)} and {Dims.Describe(b)} are broadcast to {Dims.Describe(shape)}, which joins every timestep or session with every other.");
    }

    /// <summary>Repeats a value to a larger shape.</summary>
    /// <param name="plan">Where copies go.</param>
    /// <param name="value">The value.</param>
    /// <param name="shape">A shape from <see cref="Shape"/>.</param>
    /// <returns>The value in that shape.</returns>
    public static TracedValue To(StepPlanner plan, TracedValue value, Dim[] shape)
    {
        Dims.CheckCount(shape);
        if (value is ShapeValue && Dims.HasTime(shape))
        {
            value = Movement.ToSignal(plan, value);
        }
        if (value is SignalValue { LastStep: true } last && Dims.HasTime(shape) && !Dims.HasTime(value.Shape))
        {
            value = Movement.ToEveryTimestep(plan, last);
        }
        int[] strides = Dims.Strides(value.Shape);
        int missing = shape.Length - value.Shape.Length;
        int[] source = Dims.Map(shape, index => value.Shape.Index().Sum(d => d.Item.Size == 1 ? 0 : strides[d.Index] * index[missing + d.Index]));
        return Movement.Apply(plan, value, shape, source);
    }
}
