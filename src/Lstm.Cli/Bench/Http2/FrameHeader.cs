using System.Buffers.Binary;

namespace Lstm.Cli.Bench.Http2;

/// <summary>The nine bytes before each frame, RFC 9113 section 4.1.</summary>
/// <param name="Length">Bytes after these nine.</param>
/// <param name="Type">Kind of frame.</param>
/// <param name="Flags">Their meaning depends on the kind.</param>
/// <param name="StreamId">The stream; 0: the connection.</param>
internal readonly record struct FrameHeader(int Length, FrameType Type, byte Flags, int StreamId)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 9;

    /// <summary>On DATA and HEADERS: the sender's last frame of the stream.</summary>
    public const byte EndStream = 1;

    /// <summary>On SETTINGS and PING: an answer.</summary>
    public const byte Ack = 1;

    /// <summary>On HEADERS and CONTINUATION: no CONTINUATION follows.</summary>
    public const byte EndHeaders = 4;

    /// <summary>On DATA and HEADERS: the first byte is the number of bytes of padding at the end.</summary>
    public const byte Padded = 8;

    /// <summary>On HEADERS: five bytes of priority before the block.</summary>
    public const byte Priority = 32;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">At least nine bytes.</param>
    /// <returns>The header.</returns>
    public static FrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        bytes[0] << 16 | bytes[1] << 8 | bytes[2], (FrameType)bytes[3], bytes[4], (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]) & int.MaxValue));

    /// <summary>Writes this header.</summary>
    /// <param name="bytes">At least nine bytes.</param>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Length << 8 | (byte)Type);
        bytes[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes[5..], StreamId);
    }
}
