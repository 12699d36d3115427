namespace Lstm.Engine.Onnx;

/// <summary>Splits the values of a signal into groups along some of its axes.</summary>
internal static class Groups
{
    /// <summary>The places of the groups' members.</summary>
    /// <param name="shape">Shape of the signal.</param>
    /// <param name="axes">The axes along which a group runs.</param>
    /// <param name="size">Members of a group.</param>
    /// <returns>[groups, members], groups in the order of the remaining axes.</returns>
    /// <exception cref="NodeFaultException">One of the axes is time or batch.</exception>
    public static int[] Along(Dim[] shape, IReadOnlyCollection<int> axes, out int size)
    {
        foreach (int axis in axes)
        {
            if (!shape[axis].IsStatic)
            {
                throw new NodeFaultException($"it runs along {shape[axis]} of {Dims.Describe(shape)}; that joins different timesteps or sessions.");
            }
        }
        int[] strides = Dims.Strides(shape);
        Dim[] outer = [.. shape.Select((d, axis) => axes.Contains(axis) ? new Dim(1) : d)];
        Dim[] inner = [.. shape.Select((d, axis) => axes.Contains(axis) ? d : new Dim(1))];
        int[] starts = Dims.Map(outer, index => index.Index().Sum(i => i.Item * strides[i.Index]));
        int[] steps = Dims.Map(inner, index => index.Index().Sum(i => i.Item * strides[i.Index]));
        size = steps.Length;
        return [.. starts.SelectMany(start => steps.Select(step => start + step))];
    }
}
