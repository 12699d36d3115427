namespace Lstm.Engine.Onnx;

/// <summary>A constant of the graph. Floating-point types are held as float32, integers and booleans as int64.</summary>
internal sealed class Tensor
{
    private Tensor(ElementType type, int[] shape, float[]? floats, long[]? integers)
    {
        Type = type;
        Shape = shape;
        Floats = floats;
        Integers = integers;
    }

    /// <summary>The element type in the file.</summary>
    public ElementType Type { get; }

    /// <summary>Its shape.</summary>
    public int[] Shape { get; }

    /// <summary>The values of a floating-point tensor, otherwise null.</summary>
    public float[]? Floats { get; }

    /// <summary>The values of an integer or boolean tensor, otherwise null.</summary>
    public long[]? Integers { get; }

    /// <summary>Number of values.</summary>
    public int Count => Floats?.Length ?? Integers?.Length ?? 0;

    /// <summary>Bytes of memory that it takes.</summary>
    public long Bytes => Count * BytesOfValue(Type);

    /// <summary>Bytes of memory that a value takes.</summary>
    /// <param name="type">Its element type.</param>
    /// <returns>Those of a float or a long.</returns>
    public static long BytesOfValue(ElementType type) => ElementTypes.IsInteger(type) ? sizeof(long) : sizeof(float);

    /// <summary>A floating-point constant.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="type">Its element type.</param>
    /// <returns>The tensor.</returns>
    public static Tensor Of(int[] shape, float[] values, ElementType type = ElementType.Float32) => new(type, shape, values, null);

    /// <summary>An integer or boolean constant.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="type">Its element type.</param>
    /// <returns>The tensor.</returns>
    public static Tensor Of(int[] shape, long[] values, ElementType type = ElementType.Int64) => new(type, shape, null, values);

    /// <summary>The values as floats, whatever the type.</summary>
    /// <returns>The floats themselves, or the integers converted.</returns>
    public float[] ToFloats() => Floats ?? [.. Integers!.Select(static n => (float)n)]; // one of the two is always there

    /// <summary>Other values of the same type.</summary>
    /// <param name="shape">The new shape.</param>
    /// <param name="source">For each new value the index of its source.</param>
    /// <returns>The new tensor.</returns>
    public Tensor Rearrange(int[] shape, int[] source) => new(
        Type,
        shape,
        Floats is null ? null : [.. source.Select(n => Floats[n])],
        Integers is null ? null : [.. source.Select(n => Integers[n])]);
}
