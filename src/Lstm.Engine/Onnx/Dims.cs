namespace Lstm.Engine.Onnx;

/// <summary>Arithmetic on shapes of traced values.</summary>
internal static class Dims
{
    /// <summary>The most values that one tensor of a step may have: 4 MiB per session. What asks for more is damaged, not a step.</summary>
    public const int MostValues = 1 << 20;

    /// <summary>A shape without time and batch.</summary>
    /// <param name="sizes">The axes.</param>
    /// <returns>The shape.</returns>
    public static Dim[] Static(IEnumerable<int> sizes) => [.. sizes.Select(static n => new Dim(n))];

    /// <summary>Values per timestep and session.</summary>
    /// <param name="shape">The shape.</param>
    /// <returns>The product of the known parts.</returns>
    public static int Count(IEnumerable<Dim> shape) => shape.Aggregate(1, static (product, d) => checked(product * (int)d.Size));

    /// <summary>Whether a shape has a time axis.</summary>
    /// <param name="shape">The shape.</param>
    /// <returns>True when T is a factor of some axis.</returns>
    public static bool HasTime(IEnumerable<Dim> shape) => shape.Any(static d => d.HasTime);

    /// <summary>Whether a shape has an axis that is longer than time.</summary>
    /// <param name="shape">The shape.</param>
    /// <returns>True when some axis is padded.</returns>
    public static bool IsPadded(IEnumerable<Dim> shape) => shape.Any(static d => d.IsPadded);

    /// <summary>Refuses a shape that no step has.</summary>
    /// <param name="shape">The shape.</param>
    /// <exception cref="NodeFaultException">It has more than <see cref="MostValues"/> values.</exception>
    public static void CheckCount(IEnumerable<Dim> shape)
    {
        double count = shape.Aggregate(1.0, static (product, d) => product * d.Size);
        if (count > MostValues)
        {
            throw new NodeFaultException($"a value of shape {Describe(shape)} has more than {MostValues} values per timestep and session.");
        }
    }

    /// <summary>
    /// Whether two shapes hold the same values in the same order for every timestep and session, so that a reshape between
    /// them moves nothing across time or batch.
    /// </summary>
    /// <param name="a">One shape.</param>
    /// <param name="b">The other.</param>
    /// <returns>True when both have the same symbols in the same order, with as many values between them.</returns>
    public static bool SameOrder(IEnumerable<Dim> a, IEnumerable<Dim> b) => Factors(a) is { } left && Factors(b) is { } right && left.SequenceEqual(right);

    // Values before the first symbol, the symbol with its padding, values up to the next …; null when values and symbols share an axis.
    private static List<(long Size, char Symbol, int Lead, int Trail)>? Factors(IEnumerable<Dim> shape)
    {
        var factors = new List<(long, char, int, int)>();
        long size = 1;
        foreach (Dim dim in shape)
        {
            if (!dim.IsStatic && dim.Size != 1)
            {
                return null;
            }
            size *= dim.Size;
            foreach (char symbol in dim.Symbols)
            {
                factors.Add((size, symbol, dim.Lead, dim.Trail));
                size = 1;
            }
        }
        factors.Add((size, ' ', 0, 0));
        return factors;
    }

    /// <summary>The shape as people write it.</summary>
    /// <param name="shape">The shape.</param>
    /// <returns>E.g. "[T, B, 64]".</returns>
    public static string Describe(IEnumerable<Dim> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Distance, in values of one step, from one index to the next on each axis, row-major.</summary>
    /// <param name="shape">The shape.</param>
    /// <returns>One stride an axis.</returns>
    public static int[] Strides(IReadOnlyList<Dim> shape)
    {
        var strides = new int[shape.Count];
        int stride = 1;
        for (int axis = shape.Count - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride = checked(stride * (int)shape[axis].Size);
        }
        return strides;
    }

    /// <summary>The source of each value of a result that is addressed by one index an axis.</summary>
    /// <param name="result">Shape of the result.</param>
    /// <param name="sourceOf">From the result's indices to the source's flat index.</param>
    /// <returns>One flat index a value of the result.</returns>
    public static int[] Map(IReadOnlyList<Dim> result, Func<int[], int> sourceOf)
    {
        var map = new int[Count(result)];
        var index = new int[result.Count];
        for (int n = 0; n < map.Length; n++)
        {
            map[n] = sourceOf(index);
            for (int axis = result.Count - 1; axis >= 0 && ++index[axis] == result[axis].Size; axis--)
            {
                index[axis] = 0;
            }
        }
        return map;
    }
}
