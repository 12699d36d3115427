namespace Lstm.OnnxRuntime;

/// <summary>A tensor on its way into or out of ONNX Runtime.</summary>
/// <param name="Shape">Lengths of the axes; empty for a scalar.</param>
/// <param name="Values">
/// Row-major: float[], double[], long[], int[], bool[], byte[] or Half[]. The array's type is the tensor's element type.
/// </param>
public sealed record OrtTensor(IReadOnlyList<long> Shape, Array Values)
{
    /// <summary>The values as double, whatever their type; bool as 0 and 1.</summary>
    /// <returns>A new array, row-major.</returns>
    /// <exception cref="NotSupportedException">The array is of a type that is not listed at <see cref="Values"/>.</exception>
    public double[] ToDoubles() => Values switch
    {
        float[] v => Array.ConvertAll(v, static a => (double)a),
        double[] v => v.AsSpan().ToArray(),
        long[] v => Array.ConvertAll(v, static a => (double)a),
        int[] v => Array.ConvertAll(v, static a => (double)a),
        byte[] v => Array.ConvertAll(v, static a => (double)a),
        bool[] v => Array.ConvertAll(v, static a => a ? 1.0 : 0.0),
        Half[] v => Array.ConvertAll(v, static a => (double)a),
        _ => throw new NotSupportedException($"Expected float, double, long, int, byte, bool or Half values but found {Values.GetType().GetElementType()}."),
    };

    /// <summary>Makes a tensor of the element type that a port asks for.</summary>
    /// <param name="elementType">As <see cref="OrtPort.ElementType"/> spells it: float32, int64, …</param>
    /// <param name="shape">Lengths of the axes.</param>
    /// <param name="values">Row-major; fractions are cut off for integer types.</param>
    /// <returns>A tensor with its own copy of the values.</returns>
    /// <exception cref="NotSupportedException">The element type is none that a recurrent network takes.</exception>
    public static OrtTensor FromFloats(string elementType, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        var floats = values.ToArray();
        Array typed = elementType switch
        {
            "float32" => floats,
            "float64" => Array.ConvertAll(floats, static a => (double)a),
            "int64" => Array.ConvertAll(floats, static a => (long)a),
            "int32" => Array.ConvertAll(floats, static a => (int)a),
            "uint8" => Array.ConvertAll(floats, static a => (byte)a),
            "bool" => Array.ConvertAll(floats, static a => a != 0),
            "float16" => Array.ConvertAll(floats, static a => (Half)a),
            _ => throw new NotSupportedException(
                $"Expected element type float32, float64, float16, int64, int32, uint8 or bool but found {elementType}."),
        };
        return new OrtTensor(shape, typed);
    }
}
