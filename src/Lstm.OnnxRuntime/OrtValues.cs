using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Lstm.OnnxRuntime;

/// <summary>Between our tensors and those of the binding.</summary>
internal static class OrtValues
{
    /// <summary>Wraps without a copy: the array stays pinned until the value is disposed of.</summary>
    public static OrtValue Wrap(OrtTensor tensor)
    {
        long[] shape = [.. tensor.Shape];
        return tensor.Values switch
        {
            float[] v => OrtValue.CreateTensorValueFromMemory(v, shape),
            double[] v => OrtValue.CreateTensorValueFromMemory(v, shape),
            long[] v => OrtValue.CreateTensorValueFromMemory(v, shape),
            int[] v => OrtValue.CreateTensorValueFromMemory(v, shape),
            byte[] v => OrtValue.CreateTensorValueFromMemory(v, shape),
            bool[] v => OrtValue.CreateTensorValueFromMemory(v, shape),
            Half[] v => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(v, static a => (Float16)(float)a), shape),
            _ => throw new NotSupportedException($"Expected float, double, long, int, byte, bool or Half values but found {tensor.Values.GetType()}."),
        };
    }

    public static OrtTensor Unwrap(OrtValue value, string name)
    {
        var info = value.GetTensorTypeAndShape();
        Array values = info.ElementDataType switch
        {
            TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
            TensorElementType.Double => value.GetTensorDataAsSpan<double>().ToArray(),
            TensorElementType.Int64 => value.GetTensorDataAsSpan<long>().ToArray(),
            TensorElementType.Int32 => value.GetTensorDataAsSpan<int>().ToArray(),
            TensorElementType.UInt8 => value.GetTensorDataAsSpan<byte>().ToArray(),
            TensorElementType.Bool => value.GetTensorDataAsSpan<bool>().ToArray(),
            TensorElementType.Float16 => Array.ConvertAll(value.GetTensorDataAsSpan<Float16>().ToArray(), static a => (Half)(float)a),
            var other => throw new NotSupportedException($"Output '{name}' has element type {other}, which is not read here."),
        };
        return new OrtTensor(info.Shape, values);
    }

    /// <summary>Takes values out of an array, in its own type.</summary>
    public static Array Pick(Array values, int[] map, int shift)
    {
        var picked = Array.CreateInstance(values.GetType().GetElementType()!, map.Length); // not null: it is an array
        for (var n = 0; n < map.Length; n++)
            picked.SetValue(values.GetValue(map[n] + shift), n);
        return picked;
    }

    /// <summary>Whole numbers and booleans, exactly.</summary>
    public static long[] ToIntegers(Array values) => values switch
    {
        long[] v => v,
        int[] v => Array.ConvertAll(v, static a => (long)a),
        byte[] v => Array.ConvertAll(v, static a => (long)a),
        bool[] v => Array.ConvertAll(v, static a => a ? 1L : 0L),
        _ => throw new NotSupportedException($"Expected long, int, byte or bool values but found {values.GetType()}."),
    };

    public static string Name(TensorElementType type) => type switch
    {
        TensorElementType.Float => "float32",
        TensorElementType.Double => "float64",
        _ => type.ToString().ToLowerInvariant(),
    };
}
