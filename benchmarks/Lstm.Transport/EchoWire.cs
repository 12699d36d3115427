using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Lstm.Transport;

/// <summary>Reads EchoRequest and writes EchoReply by hand, in the one form in which Protobuf libraries write them.</summary>
internal static class EchoWire
{
    // Number of the field and wire type 2 (has a length) or 0 (integer); all tags here take one byte.
    private const byte IdTag = 1 << 3 | 2;
    private const byte XTag = 2 << 3 | 2;
    private const byte YTag = 1 << 3 | 2;
    private const byte CountTag = 2 << 3;
    private const int LongestVarint = 10;

    /// <summary>Reads a request.</summary>
    /// <param name="payload">Its bytes.</param>
    /// <param name="message">Receives the floats; the id is checked for its form and left.</param>
    /// <exception cref="InvalidDataException">It is not the form that the generator sends.</exception>
    public static void Read(in ReadOnlySequence<byte> payload, EchoMessage message)
    {
        if (payload.IsSingleSegment)
        {
            Read(payload.FirstSpan, message);
            return;
        }

        // A message larger than a block of the connection's memory comes in several pieces.
        int length = (int)payload.Length;
        byte[] joined = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            payload.CopyTo(joined);
            Read(joined.AsSpan(0, length), message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    /// <summary>Bytes of a reply.</summary>
    /// <param name="message">The reply.</param>
    /// <returns>Bytes.</returns>
    public static int Measure(EchoMessage message)
    {
        int outputs = OutputBytes(message);
        return 1 + SizeOf((uint)outputs) + outputs + 1 + SizeOf(message.Count);
    }

    /// <summary>Writes a reply.</summary>
    /// <param name="message">The reply.</param>
    /// <param name="output">Where to.</param>
    public static void Write(EchoMessage message, IBufferWriter<byte> output)
    {
        int rowBytes = Echo.Outputs * sizeof(float);
        var room = output.GetSpan(1 + LongestVarint);
        room[0] = YTag;
        output.Advance(1 + WriteVarint(room[1..], (uint)OutputBytes(message)));
        var x = MemoryMarshal.AsBytes(message.X);
        for (int row = 0; row < message.Rows;)
        {
            room = output.GetSpan(rowBytes);
            int used = 0;
            for (; row < message.Rows && room.Length - used >= rowBytes; row++, used += rowBytes)
                x.Slice(row * Echo.Inputs * sizeof(float), rowBytes).CopyTo(room[used..]);
            output.Advance(used);
        }

        room = output.GetSpan(1 + LongestVarint);
        room[0] = CountTag;
        output.Advance(1 + WriteVarint(room[1..], message.Count));
    }

    private static void Read(ReadOnlySpan<byte> bytes, EchoMessage message)
    {
        _ = Field(ref bytes, IdTag);
        var x = Field(ref bytes, XTag);
        if (!bytes.IsEmpty || x.Length % (Echo.Inputs * sizeof(float)) != 0)
            throw Damaged();
        message.SetX(x);
    }

    private static ReadOnlySpan<byte> Field(ref ReadOnlySpan<byte> bytes, byte tag)
    {
        if (bytes.IsEmpty || bytes[0] != tag)
            throw Damaged();
        int length = 0, at = 1;
        for (int shift = 0; ; shift += 7)
        {
            if (at == bytes.Length || shift > 21)
                throw Damaged();
            byte next = bytes[at++];
            length |= (next & 127) << shift;
            if (next < 128)
                break;
        }

        if (length > bytes.Length - at)
            throw Damaged();
        var field = bytes.Slice(at, length);
        bytes = bytes[(at + length)..];
        return field;
    }

    private static int OutputBytes(EchoMessage message) => message.Rows * Echo.Outputs * sizeof(float);

    private static int SizeOf(ulong value) => 1 + (BitOperations.Log2(value | 1) / 7);

    private static int WriteVarint(Span<byte> to, ulong value)
    {
        int count = 0;
        for (; value >= 128; value >>= 7)
            to[count++] = (byte)(value | 128);
        to[count++] = (byte)value;
        return count;
    }

    private static InvalidDataException Damaged() => new("Expected an id and then packed rows of 16 floats.");
}
