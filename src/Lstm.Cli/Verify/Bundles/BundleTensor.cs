namespace Lstm.Cli.Verify.Bundles;

/// <summary>One tensor of a bundle, read.</summary>
/// <param name="Name">E.g. "x", "y", "step/hn", "final_h/…".</param>
/// <param name="Role">input, output, step-output, node-state, state-f64, …</param>
/// <param name="Shape">Lengths of the axes; empty for a scalar.</param>
/// <param name="Values">Row-major, as double whatever the stored type was.</param>
/// <param name="Node">Role node-state: the recurrent node whose state it is.</param>
/// <param name="Output">Role step-output: the graph output that it follows.</param>
internal sealed record BundleTensor(string Name, string Role, IReadOnlyList<int> Shape, double[] Values, string Node, string Output)
{
    /// <summary>Copies what one axis at one index, and perhaps another at another, leaves: the rest in row-major order.</summary>
    /// <param name="fixedAxes">(axis, index) of the axes to take apart; a negative axis is left out.</param>
    public double[] Slice(params ReadOnlySpan<(int Axis, int Index)> fixedAxes)
    {
        var offset = 0;
        var lengths = Shape.ToArray();
        foreach (var (axis, index) in fixedAxes)
        {
            if (axis < 0)
                continue;
            offset += index * Stride(axis);
            lengths[axis] = 1;
        }
        var result = new double[lengths.Aggregate(1, static (product, n) => product * n)];
        for (var i = 0; i < result.Length; i++)
        {
            var rest = i;
            var source = offset;
            for (var axis = lengths.Length - 1; axis >= 0; axis--)
            {
                source += rest % lengths[axis] * Stride(axis);
                rest /= lengths[axis];
            }
            result[i] = Values[source];
        }
        return result;
    }

    private int Stride(int axis)
    {
        var stride = 1;
        for (var i = axis + 1; i < Shape.Count; i++)
            stride *= Shape[i];
        return stride;
    }
}
