using System.Numerics;
using System.Text;

namespace Lstm.Service.Grpc.Wire;

/// <summary>Bytes of Protobuf's wire format, of fields whose number is below 16. What is empty or 0 is left out, as <see cref="ProtoOutput"/> does.</summary>
internal static class ProtoSize
{
    private const int Tag = 1;

    /// <summary>Of an integer.</summary>
    /// <param name="value">The integer.</param>
    /// <returns>1 to 10.</returns>
    public static int OfVarint(ulong value) => 1 + (BitOperations.Log2(value | 1) / 7);

    /// <summary>Of an integer field.</summary>
    /// <param name="value">The integer.</param>
    /// <returns>With its tag.</returns>
    public static int OfInteger(ulong value) => value == 0 ? 0 : Tag + OfVarint(value);

    /// <summary>Of a field that has a length.</summary>
    /// <param name="length">Bytes of its content.</param>
    /// <returns>With tag and length.</returns>
    public static int OfBytes(int length) => length == 0 ? 0 : Tag + OfVarint((uint)length) + length;

    /// <summary>Of a text field.</summary>
    /// <param name="text">The text.</param>
    /// <returns>With tag and length.</returns>
    public static int OfText(string text) => OfBytes(Encoding.UTF8.GetByteCount(text));
}
