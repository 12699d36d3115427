using System.Buffers.Binary;
using System.Text;
using Lstm.Cli.Bench.Http2;

namespace Lstm.HostilePeers.Wire;

/// <summary>Bytes of HTTP/2 (RFC 9113) and of gRPC messages, right or wrong as the caller wants them.</summary>
internal static class Frames
{
    /// <summary>What a client says first, before its SETTINGS.</summary>
    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>One frame.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="flags">Its flags.</param>
    /// <param name="stream">The stream; 0: the connection.</param>
    /// <param name="payload">What follows the nine bytes.</param>
    /// <param name="announced">The length that the header tells; null: that of the payload.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Frame(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload, int? announced = null)
    {
        byte[] frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader(announced ?? payload.Length, type, flags, stream).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    /// <summary>SETTINGS.</summary>
    /// <param name="settings">Numbers and values.</param>
    /// <returns>The frame.</returns>
    public static byte[] Settings(params (ushort Name, int Value)[] settings)
    {
        byte[] payload = new byte[6 * settings.Length];
        for (int n = 0; n < settings.Length; n++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(6 * n), settings[n].Name);
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(6 * n + 2), settings[n].Value);
        }

        return Frame(FrameType.Settings, 0, 0, payload);
    }

    /// <summary>A frame whose payload is one number: WINDOW_UPDATE or RST_STREAM.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="stream">The stream; 0: the connection.</param>
    /// <param name="value">The number.</param>
    /// <returns>The frame.</returns>
    public static byte[] Number(FrameType type, int stream, uint value)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, value);
        return Frame(type, 0, stream, payload);
    }

    /// <summary>A length-prefixed message of gRPC.</summary>
    /// <param name="message">The message.</param>
    /// <param name="flag">1: compressed.</param>
    /// <param name="announced">The length that its header tells; null: that of the message.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Message(ReadOnlySpan<byte> message, byte flag = 0, uint? announced = null)
    {
        byte[] bytes = new byte[5 + message.Length];
        bytes[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), announced ?? (uint)message.Length);
        message.CopyTo(bytes.AsSpan(5));
        return bytes;
    }

    /// <summary>A block of headers in HPACK (RFC 7541): literals without a table, so the same bytes whatever went before.</summary>
    /// <param name="fields">Names, in lower case, and values.</param>
    /// <returns>The block.</returns>
    public static byte[] Block(params IEnumerable<(string Name, string Value)> fields)
    {
        var block = new MemoryStream();
        foreach ((string name, string value) in fields)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    /// <summary>The fields that every gRPC call begins with.</summary>
    /// <param name="path">/package.Service/Method.</param>
    /// <param name="contentType">content-type.</param>
    /// <returns>Names and values.</returns>
    public static (string Name, string Value)[] CallHead(string path, string contentType = "application/grpc") =>
    [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("content-type", contentType), ("te", "trailers"),
    ];

    private static void WriteText(MemoryStream block, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int length = bytes.Length;
        if (length < 127)
        {
            block.WriteByte((byte)length);
        }
        else
        {
            block.WriteByte(127); // RFC 7541 section 5.1
            for (length -= 127; length >= 128; length >>= 7)
                block.WriteByte((byte)(length | 128));
            block.WriteByte((byte)length);
        }

        block.Write(bytes);
    }
}
