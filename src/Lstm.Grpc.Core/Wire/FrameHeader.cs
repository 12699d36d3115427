using System.Buffers;
using System.Buffers.Binary;

namespace Grpc.Wire;

/// <summary>What precedes a message: a flag byte and four bytes of length, big-endian (PROTOCOL-HTTP2, Length-Prefixed-Message).</summary>
internal readonly record struct FrameHeader(byte Flag, uint Length)
{
    public const int Size = 5;

    public static bool TryRead(in ReadOnlySequence<byte> buffer, out FrameHeader header)
    {
        var first = buffer.FirstSpan;
        if (first.Length >= Size)
        {
            header = Read(first);
            return true;
        }
        header = default;
        if (buffer.Length < Size)
            return false;
        Span<byte> bytes = stackalloc byte[Size];
        buffer.Slice(0, Size).CopyTo(bytes);
        header = Read(bytes);
        return true;
    }

    public static void Write(IBufferWriter<byte> output, bool compressed, int length) => Write(output, compressed ? (byte)1 : (byte)0, length);

    public static void Write(IBufferWriter<byte> output, byte flag, int length)
    {
        Write(output.GetSpan(Size), flag, length);
        output.Advance(Size);
    }

    public static void Write(Span<byte> bytes, bool compressed, int length) => Write(bytes, compressed ? (byte)1 : (byte)0, length);

    private static FrameHeader Read(ReadOnlySpan<byte> bytes) => new(bytes[0], BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]));

    private static void Write(Span<byte> bytes, byte flag, int length)
    {
        bytes[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(bytes[1..], length);
    }
}
