using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Lstm.Grpc.Tests.Protos;
using Lstm.HostilePeers.Wire;

namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>A message as it is sent, and what its reader has to make of it.</summary>
/// <param name="Bytes">With its five bytes.</param>
/// <param name="HeaderFault">What the five bytes alone are refused with.</param>
/// <param name="ContentFault">What the message is refused with once it is there.</param>
/// <param name="Request">What it says, when nothing is wrong with it.</param>
/// <param name="What">For people.</param>
internal sealed record RandomMessage(byte[] Bytes, StatusCode? HeaderFault, StatusCode? ContentFault, ProbeRequest? Request, string What)
{
    /// <summary>The limit of the server that gets them.</summary>
    public const int Limit = 2000;

    // Field 1, text, of a length that never comes.
    private static readonly byte[] Unparsable = [0x0A, 0xFF, 0x01, 0x41];

    /// <summary>Draws a message; three in four are sound.</summary>
    public static RandomMessage Draw(Random random, string? encoding)
    {
        var request = DrawRequest(random);
        byte[] plain = request.ToByteArray();
        switch (random.Next(24))
        {
            case 0:
                byte flag = (byte)random.Next(2, 256);
                return new(Frames.Message(plain, flag), StatusCode.Internal, null, null, $"flag {flag}");
            case 1:
                uint length = (uint)random.NextInt64(Limit + 1, 1L << (random.Next(2) == 0 ? 32 : 12));
                return new(Frames.Message(plain, 0, length), StatusCode.ResourceExhausted, null, null, $"length {length}");
            case 2:
                return new(Frames.Message(Unparsable), null, StatusCode.Internal, null, "unparsable");
            case 3:
                return Compressed(Unparsable, encoding, "unparsable, compressed", StatusCode.Internal);
            case 4:
                byte[] bomb = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[random.Next(Limit, (encoding is "gzip" or "deflate" ? 100 : 2) * Limit)]) }.ToByteArray();
                return Compressed(bomb, encoding, $"inflates to {bomb.Length}", StatusCode.ResourceExhausted);
            case 5:
                return Damaged(random, plain, encoding);
            case < 10:
                return Compressed(plain, encoding, "compressed", null, request);
            default:
                return new(Frames.Message(plain), null, null, request, request.Behaviour == Behaviour.None ? "plain" : $"{request.Behaviour} {request.StatusCode}");
        }
    }

    private static ProbeRequest DrawRequest(Random random)
    {
        var request = new ProbeRequest { Text = $"t{random.Next(1000)}", Replies = random.Next(4) };
        if (random.Next(3) == 0)
            request.Payload = ByteString.CopyFrom(RandomBytes(random, random.Next(1500)));
        if (random.Next(12) == 0)
            (request.Behaviour, request.StatusCode) = (Behaviour.Fail, random.Next(1, 17));
        return random.Next(10) == 0 ? new ProbeRequest() : request;
    }

    // What the five bytes alone tell comes first: the length as it is sent, then the rules of doc/compression.md.
    private static RandomMessage Compressed(byte[] message, string? encoding, string what, StatusCode? fault, ProbeRequest? request = null) => encoding switch
    {
        null or "identity" or "snappy" when message.Length > Limit => new(Frames.Message(message, 1), StatusCode.ResourceExhausted, null, null, $"{what}, but not compressed"),
        null or "identity" => new(Frames.Message(message, 1), StatusCode.Internal, null, null, $"{what}, but no encoding"),
        "snappy" => new(Frames.Message(message, 1), StatusCode.Unimplemented, null, null, $"{what}, but an unknown encoding"),
        _ => new(Frames.Message(Compress(encoding, message), 1), null, fault, fault is null ? request : null, what),
    };

    private static RandomMessage Damaged(Random random, byte[] plain, string? encoding)
    {
        if (encoding is not ("gzip" or "deflate"))
            return Compressed(plain, encoding, "damaged", null);
        byte[] whole = Compress(encoding, plain);
        byte[] tail = RandomBytes(random, random.Next(1, 40));
        byte[] damaged = random.Next(2) == 0 ? whole[..random.Next(whole.Length)] : [.. whole, .. tail];
        if (damaged.Length == 0)
            return new(Frames.Message(damaged, 1), null, null, new ProbeRequest(), "no bytes under the flag");
        // gzip ends with the length of what it holds: a tail that happens to say the same is no damage that anyone could tell.
        return encoding == "gzip" && damaged.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(damaged.AsSpan(damaged.Length - 4)) == plain.Length
            ? Compressed(plain, encoding, "compressed", null, ProbeRequest.Parser.ParseFrom(plain))
            : new(Frames.Message(damaged, 1), null, StatusCode.Internal, null, $"{damaged.Length} bytes of {whole.Length} of {encoding}");
    }

    private static byte[] Compress(string encoding, byte[] data)
    {
        var output = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(data);
        return output.ToArray();
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
