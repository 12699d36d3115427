using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Grpc.Wire;

/// <summary>Compression of single messages, each with a context of its own (grpc/grpc doc/compression.md).</summary>
internal static class MessageEncoding
{
    public const string Identity = "identity";
    public const string Gzip = "gzip";
    public const string Deflate = "deflate";

    /// <summary>The value of grpc-accept-encoding.</summary>
    public const string Accepted = "identity,gzip,deflate";

    public static bool IsSupported(string? name) => name is Gzip or Deflate;

    /// <summary>Whether a grpc-accept-encoding header names an encoding.</summary>
    public static bool Accepts(string? acceptEncoding, string name)
    {
        foreach (var part in acceptEncoding.AsSpan().Split(','))
            if (acceptEncoding.AsSpan()[part].Trim().SequenceEqual(name))
                return true;
        return false;
    }

    public static ReadOnlyMemory<byte> Compress(string name, CompressionLevel level, ReadOnlySpan<byte> message)
    {
        var compressed = new MemoryStream();
        using (Stream stream = name == Gzip ? new GZipStream(compressed, level, leaveOpen: true) : new ZLibStream(compressed, level, leaveOpen: true))
            stream.Write(message);
        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }

    /// <summary>Inflates a message into a rented array; stops as soon as it is larger than the limit, so that a bomb stays small.</summary>
    /// <param name="name">The encoding.</param>
    /// <param name="payload">The message as it arrived.</param>
    /// <param name="limit">The largest length allowed, in bytes.</param>
    /// <param name="message">An array of <see cref="ArrayPool{T}.Shared"/>; to be given back by the caller.</param>
    /// <returns>The length of the message, or -1 when it is larger than the limit; then nothing was rented.</returns>
    /// <exception cref="InvalidDataException">The data are broken, cut short, or followed by more.</exception>
    public static int Decompress(string name, in ReadOnlySequence<byte> payload, int limit, out byte[] message)
    {
        int compressedLength = checked((int)payload.Length);
        byte[] compressed = ArrayPool<byte>.Shared.Rent(compressedLength);
        byte[] inflated = ArrayPool<byte>.Shared.Rent(Math.Max(4096, (int)Math.Min(4L * compressedLength, limit)));
        try
        {
            payload.CopyTo(compressed);
            using var source = new MemoryStream(compressed, 0, compressedLength, writable: false);
            using Stream stream = name == Gzip ? new GZipStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);
            int length = 0;
            while (true)
            {
                if (length == inflated.Length)
                    inflated = Grow(inflated, length);
                int read = stream.Read(inflated, length, inflated.Length - length);
                if (read == 0)
                    break;
                length += read;
                if (length > limit)
                {
                    message = [];
                    return -1;
                }
            }
            VerifyEnd(name, compressed.AsSpan(0, compressedLength), inflated.AsSpan(0, length));
            message = inflated;
            inflated = [];
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
            if (inflated.Length > 0)
                ArrayPool<byte>.Shared.Return(inflated);
        }
    }

    private static byte[] Grow(byte[] full, int length)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * length, Array.MaxLength));
        full.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    // The streams of .NET stop silently at the end of the first member. Both formats end with a check value over the output:
    // when the last bytes of the payload are not that value, the payload was cut short or something follows.
    private static void VerifyEnd(string name, ReadOnlySpan<byte> compressed, ReadOnlySpan<byte> inflated)
    {
        bool whole = compressed.Length >= 4 && (name == Gzip
            ? BinaryPrimitives.ReadUInt32LittleEndian(compressed[^4..]) == (uint)inflated.Length
            : BinaryPrimitives.ReadUInt32BigEndian(compressed[^4..]) == Adler32(inflated));
        if (!whole)
            throw new InvalidDataException($"The {name} data do not end with their own check value: they were cut short, or something follows them.");
    }

    // RFC 1950, section 8.2. 5552 is the longest run whose sums fit into 32 bits.
    private static uint Adler32(ReadOnlySpan<byte> data)
    {
        uint a = 1, b = 0;
        while (!data.IsEmpty)
        {
            var run = data[..Math.Min(5552, data.Length)];
            foreach (byte value in run)
            {
                a += value;
                b += a;
            }
            a %= 65521;
            b %= 65521;
            data = data[run.Length..];
        }
        return (b << 16) | a;
    }
}
