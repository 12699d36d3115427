using System.Runtime.InteropServices;
using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Tests.Shared.Onnx;

/// <summary>Tensors as ONNX files store them.</summary>
internal static class OnnxTensor
{
    /// <summary>A tensor of floats.</summary>
    /// <param name="type">Float, Double or Float16.</param>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="dims">Its axes; none for a scalar.</param>
    /// <returns>The tensor, in raw_data and without a name.</returns>
    public static TensorProto Of(DataType type, ReadOnlySpan<float> values, params ReadOnlySpan<long> dims) => Of(type, dims, type switch
    {
        DataType.Float => MemoryMarshal.AsBytes(values),
        DataType.Double => MemoryMarshal.AsBytes(Array.ConvertAll(values.ToArray(), static v => (double)v).AsSpan()),
        DataType.Float16 => MemoryMarshal.AsBytes(Array.ConvertAll(values.ToArray(), static v => (Half)v).AsSpan()),
        _ => throw new NotSupportedException($"Expected Float, Double or Float16 but found {type}."),
    });

    /// <summary>A tensor of int64.</summary>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="dims">Its axes; none for a scalar.</param>
    /// <returns>The tensor, in raw_data and without a name.</returns>
    public static TensorProto Of(ReadOnlySpan<long> values, params ReadOnlySpan<long> dims) => Of(DataType.Int64, dims, MemoryMarshal.AsBytes(values));

    /// <summary>A tensor of float32 in the field float_data, where old exporters put it.</summary>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="dims">Its axes; none for a scalar.</param>
    /// <returns>The tensor, without a name.</returns>
    public static TensorProto Typed(ReadOnlySpan<float> values, params ReadOnlySpan<long> dims)
    {
        var tensor = new TensorProto { DataType = (int)DataType.Float };
        tensor.Dims.Add(dims.ToArray());
        tensor.FloatData.Add(values.ToArray());
        return tensor;
    }

    private static TensorProto Of(DataType type, ReadOnlySpan<long> dims, ReadOnlySpan<byte> raw)
    {
        var tensor = new TensorProto { DataType = (int)type, RawData = ByteString.CopyFrom(raw) };
        tensor.Dims.Add(dims.ToArray());
        return tensor;
    }
}
