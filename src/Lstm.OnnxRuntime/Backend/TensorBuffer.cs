using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Memory of a tensor that ONNX Runtime reads or writes in place; floats go in and come out.</summary>
internal abstract class TensorBuffer
{
    /// <summary>Element types that a buffer can have, as <see cref="OrtPort.ElementType"/> spells them.</summary>
    public static IReadOnlyList<string> Types { get; } = ["float32", "float64", "float16", "int64", "int32", "uint8", "bool"];

    /// <summary>Reserves the memory.</summary>
    /// <param name="type">One of <see cref="Types"/>.</param>
    /// <param name="length">Number of values.</param>
    /// <returns>Zeros.</returns>
    public static TensorBuffer Create(string type, int length) => type switch
    {
        "float32" => new TensorBuffer<float>(length, static v => v, static v => v),
        "float64" => new TensorBuffer<double>(length, static v => v, static v => (float)v),
        "float16" => new TensorBuffer<Float16>(length, static v => (Float16)v, static v => (float)v),
        "int64" => new TensorBuffer<long>(length, static v => (long)v, static v => v, static v => v, static v => v),
        "int32" => new TensorBuffer<int>(length, static v => (int)v, static v => v, static v => (int)v, static v => v),
        "uint8" => new TensorBuffer<byte>(length, static v => (byte)v, static v => v, static v => (byte)v, static v => v),
        "bool" => new TensorBuffer<bool>(length, static v => v != 0, static v => v ? 1 : 0, static v => v != 0, static v => v ? 1 : 0),
        _ => throw new NotSupportedException($"Expected element type {string.Join(", ", Types)} but found {type}."),
    };

    /// <summary>Values that stay as they are.</summary>
    /// <param name="type">One of <see cref="Types"/>.</param>
    /// <param name="values">Row-major.</param>
    /// <returns>The memory.</returns>
    public static TensorBuffer Of(string type, ReadOnlyMemory<float> values)
    {
        var buffer = Create(type, values.Length);
        buffer.Write(values.Span, [.. Enumerable.Range(0, values.Length)], 0);
        return buffer;
    }

    /// <summary>The memory as ONNX Runtime takes it; pinned until the value is disposed of.</summary>
    /// <param name="shape">The axes.</param>
    /// <returns>The value.</returns>
    public abstract OrtValue Wrap(long[] shape);

    /// <summary>Least and largest whole number of a type.</summary>
    /// <param name="type">One of <see cref="Types"/>.</param>
    /// <returns>Null for types of floating-point numbers.</returns>
    public static (long Least, long Most)? RangeOf(string type) => type switch
    {
        "int64" => (long.MinValue, long.MaxValue),
        "int32" => (int.MinValue, int.MaxValue),
        "uint8" => (0, byte.MaxValue),
        "bool" => (0, 1),
        _ => null,
    };

    /// <summary>Writes values.</summary>
    /// <param name="values">The values.</param>
    /// <param name="map">The place of each.</param>
    /// <param name="shift">What is added to every place.</param>
    public abstract void Write(ReadOnlySpan<float> values, ReadOnlySpan<int> map, int shift);

    /// <summary>Reads values.</summary>
    /// <param name="values">Where they go.</param>
    /// <param name="map">The place of each.</param>
    /// <param name="shift">What is added to every place.</param>
    public abstract void Read(Span<float> values, ReadOnlySpan<int> map, int shift);

    /// <summary>Writes whole numbers; only where the type is one of these.</summary>
    /// <param name="values">The values, in the type's range.</param>
    /// <param name="map">The place of each.</param>
    /// <param name="shift">What is added to every place.</param>
    public abstract void Write(ReadOnlySpan<long> values, ReadOnlySpan<int> map, int shift);

    /// <summary>Reads whole numbers; only where the type is one of these.</summary>
    /// <param name="values">Where they go.</param>
    /// <param name="map">The place of each.</param>
    /// <param name="shift">What is added to every place.</param>
    public abstract void Read(Span<long> values, ReadOnlySpan<int> map, int shift);
}

/// <summary>Memory of one element type.</summary>
/// <param name="length">Number of values.</param>
/// <param name="from">From float.</param>
/// <param name="to">To float.</param>
/// <param name="fromInteger">From a whole number; null where the type is none of these.</param>
/// <param name="toInteger">To a whole number; null where the type is none of these.</param>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class TensorBuffer<T>(int length, Func<float, T> from, Func<T, float> to, Func<long, T>? fromInteger = null, Func<T, long>? toInteger = null) : TensorBuffer
    where T : unmanaged
{
    private readonly T[] _values = new T[length];

    /// <inheritdoc/>
    public override OrtValue Wrap(long[] shape) => OrtValue.CreateTensorValueFromMemory(_values, shape);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<float> values, ReadOnlySpan<int> map, int shift)
    {
        for (var n = 0; n < map.Length; n++)
            _values[map[n] + shift] = from(values[n]);
    }

    /// <inheritdoc/>
    public override void Read(Span<float> values, ReadOnlySpan<int> map, int shift)
    {
        for (var n = 0; n < map.Length; n++)
            values[n] = to(_values[map[n] + shift]);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<long> values, ReadOnlySpan<int> map, int shift)
    {
        Debug.Assert(fromInteger is not null, "only whole numbers are written exactly");
        for (var n = 0; n < map.Length; n++)
            _values[map[n] + shift] = fromInteger!(values[n]); // not null: asserted
    }

    /// <inheritdoc/>
    public override void Read(Span<long> values, ReadOnlySpan<int> map, int shift)
    {
        Debug.Assert(toInteger is not null, "only whole numbers are read exactly");
        for (var n = 0; n < map.Length; n++)
            values[n] = toInteger!(_values[map[n] + shift]); // not null: asserted
    }
}
