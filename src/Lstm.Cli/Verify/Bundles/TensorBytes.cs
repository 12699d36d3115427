using System.Buffers.Binary;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>The element types of a bundle's binary file, all little-endian.</summary>
internal static class TensorBytes
{
    /// <summary>Bytes of one value, or null for a type that the format does not have.</summary>
    public static int? Size(string? dtype) => dtype switch
    {
        "f64" or "i64" => 8,
        "f32" or "i32" => 4,
        "f16" => 2,
        "u8" or "bool" => 1,
        _ => null,
    };

    public static double[] ToDoubles(string dtype, ReadOnlySpan<byte> bytes)
    {
        var size = Size(dtype) ?? throw new ArgumentException($"Unknown dtype '{dtype}'.", nameof(dtype));
        var values = new double[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            var at = bytes.Slice(i * size, size);
            values[i] = dtype switch
            {
                "f64" => BinaryPrimitives.ReadDoubleLittleEndian(at),
                "f32" => BinaryPrimitives.ReadSingleLittleEndian(at),
                "f16" => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
                "i64" => BinaryPrimitives.ReadInt64LittleEndian(at),
                "i32" => BinaryPrimitives.ReadInt32LittleEndian(at),
                "bool" => at[0] == 0 ? 0 : 1,
                _ => at[0],
            };
        }
        return values;
    }
}
