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

    // Ten bytes of head, eight of tail.
    private const int SmallestGzip = 18;

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
            using var source = new EndWatchingStream(compressed, compressedLength);
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
            if (!IsWhole(name, source, compressed.AsSpan(0, compressedLength), length))
                throw new InvalidDataException($"The {name} data are cut short, or something follows them.");
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

    // The streams of .NET take data that are cut short within their check value, and ignore what follows them.
    // gzip ends with the length of its output (RFC 1952): any other end is not its own; what is shorter than head and tail has no end (a head
    // that is cut within its time, usually zero, ends like an empty message). zlib stops reading when it is done:
    // it must have asked for the last byte, and for no more.
    private static bool IsWhole(string name, EndWatchingStream source, ReadOnlySpan<byte> compressed, int length) => name == Gzip
        ? compressed.Length >= SmallestGzip && BinaryPrimitives.ReadUInt32LittleEndian(compressed[^4..]) == (uint)length
        : source is { IsAtEnd: true, WasReadPastEnd: false };

    /// <summary>Gives the last byte in a read of its own, and notes when it was read and when more was asked for.</summary>
    private sealed class EndWatchingStream(byte[] data, int length) : MemoryStream(data, 0, length, writable: false)
    {
        public bool IsAtEnd => Position == Length;

        public bool WasReadPastEnd { get; private set; }

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Allowed(count));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Allowed(buffer.Length)]);

        private int Allowed(int count)
        {
            WasReadPastEnd |= IsAtEnd && count > 0;
            return Position < Length - 1 ? (int)Math.Min(count, Length - 1 - Position) : count;
        }
    }
}
