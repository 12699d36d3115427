using System.Buffers.Binary;
using System.Diagnostics;
using Lstm.Engine.Onnx.External;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>Reads a TensorProto, checking that its data fits its shape before anything is allocated.</summary>
internal static class TensorReader
{
    // No recurrent layer comes near: 2^28 values are 1 GiB of weights.
    private const long MaxCount = 1L << 28;

    /// <summary>Reads a tensor.</summary>
    /// <param name="proto">The tensor in the file.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="NodeFaultException">It is of an unknown type, or its data does not fit its shape.</exception>
    public static Tensor Read(TensorProto proto)
    {
        CheckType(proto);
        // ExternalData puts the values in, or its fault ends the load before anything is asked for.
        Debug.Assert(!ExternalEntry.IsIn(proto), "external data was not read");
        if (proto.HasSegment)
        {
            throw NodeFaultException.Wrong($"tensor '{proto.Name}' is one segment of a larger one, which Lstm does not read; save the model with whole tensors.");
        }
        var type = (ElementType)proto.DataType;
        int[] shape = ReadShape(proto);
        long count = shape.Aggregate(1L, static (product, n) => product * n);
        return proto.HasRawData ? ReadRaw(proto, type, shape, count) : ReadTyped(proto, type, shape, count);
    }

    /// <summary>How many bytes a tensor takes in raw_data, or in another file.</summary>
    /// <param name="proto">The tensor in the file.</param>
    /// <returns>Values of its shape, times the size of one.</returns>
    /// <exception cref="NodeFaultException">It is of an unknown type, or its shape is not one.</exception>
    public static long BytesOf(TensorProto proto)
    {
        CheckType(proto);
        return ReadShape(proto).Aggregate((long)ElementTypes.Size((ElementType)proto.DataType), static (product, n) => product * n);
    }

    private static void CheckType(TensorProto proto)
    {
        if (!ElementTypes.IsKnown(proto.DataType))
        {
            throw new NodeFaultException($"tensor '{proto.Name}' has element type {proto.DataType}, which Lstm does not read; numeric and boolean types are read.");
        }
    }

    private static int[] ReadShape(TensorProto proto)
    {
        long count = 1;
        foreach (long dim in proto.Dims)
        {
            if (dim < 0 || dim > MaxCount || (count *= dim) > MaxCount)
            {
                throw NodeFaultException.Wrong($"tensor '{proto.Name}' has shape [{string.Join(", ", proto.Dims)}]; expected dimensions that are not negative, and at most {MaxCount} values.");
            }
        }
        return [.. proto.Dims.Select(static d => (int)d)];
    }

    private static Tensor ReadRaw(TensorProto proto, ElementType type, int[] shape, long count)
    {
        ReadOnlySpan<byte> raw = proto.RawData.Span;
        int size = ElementTypes.Size(type);
        if (raw.Length != count * size)
        {
            throw Misfit(proto, count * size, raw.Length, "bytes of raw_data");
        }
        if (ElementTypes.IsInteger(type))
        {
            var integers = new long[count];
            for (int n = 0; n < integers.Length; n++)
            {
                integers[n] = ReadInteger(raw[(n * size)..], type);
            }
            return Tensor.Of(shape, integers, type);
        }
        var floats = new float[count];
        for (int n = 0; n < floats.Length; n++)
        {
            floats[n] = ReadFloat(raw[(n * size)..], type);
        }
        return Tensor.Of(shape, floats, type);
    }

    // The fields that hold what raw_data does not, as TensorProto assigns them to types.
    private static Tensor ReadTyped(TensorProto proto, ElementType type, int[] shape, long count)
    {
        int found = type switch
        {
            ElementType.Float32 => proto.FloatData.Count,
            ElementType.Float64 => proto.DoubleData.Count,
            ElementType.Int64 => proto.Int64Data.Count,
            ElementType.UInt32 or ElementType.UInt64 => proto.Uint64Data.Count,
            _ => proto.Int32Data.Count,
        };
        if (found != count)
        {
            throw Misfit(proto, count, found, "values");
        }
        return type switch
        {
            ElementType.Float32 => Tensor.Of(shape, [.. proto.FloatData], type),
            ElementType.Float64 => Tensor.Of(shape, [.. proto.DoubleData.Select(static d => (float)d)], type),
            ElementType.Float16 => Tensor.Of(shape, [.. proto.Int32Data.Select(static n => (float)BitConverter.UInt16BitsToHalf((ushort)n))], type),
            ElementType.BFloat16 => Tensor.Of(shape, [.. proto.Int32Data.Select(static n => BitConverter.Int32BitsToSingle(n << 16))], type),
            ElementType.Int64 => Tensor.Of(shape, [.. proto.Int64Data], type),
            ElementType.UInt32 or ElementType.UInt64 => Tensor.Of(shape, [.. proto.Uint64Data.Select(static n => (long)n)], type),
            _ => Tensor.Of(shape, [.. proto.Int32Data.Select(static n => (long)n)], type),
        };
    }

    private static long ReadInteger(ReadOnlySpan<byte> raw, ElementType type) => type switch
    {
        ElementType.UInt8 or ElementType.Bool => raw[0],
        ElementType.Int8 => (sbyte)raw[0],
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(raw),
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(raw),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(raw),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(raw),
        _ => BinaryPrimitives.ReadInt64LittleEndian(raw),
    };

    private static float ReadFloat(ReadOnlySpan<byte> raw, ElementType type) => type switch
    {
        ElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(raw),
        ElementType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(raw),
        ElementType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(raw),
        _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(raw) << 16),
    };

    private static NodeFaultException Misfit(TensorProto proto, long expected, long found, string what) =>
        NodeFaultException.Wrong($"tensor '{proto.Name}' of shape [{string.Join(", ", proto.Dims)}] needs {expected} {what} but has {found}; the file is damaged.");
}
