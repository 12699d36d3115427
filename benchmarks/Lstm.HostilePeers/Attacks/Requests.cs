using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Lstm.HostilePeers.Wire;
using Lstm.V1;

namespace Lstm.HostilePeers.Attacks;

/// <summary>Heads and messages of the service's calls.</summary>
internal static class Requests
{
    /// <summary>The limit of a message, Lstm:Grpc:MaxMessageBytes.</summary>
    public const int Limit = 1 << 20;

    // What is left of it for fields, beside a name, tags and lengths.
    private const int Room = Limit - 64;

    /// <summary>The head of Inference/Stream.</summary>
    public static byte[] Stream { get; } = Head("Stream");

    /// <summary>The head of Inference/Step.</summary>
    public static byte[] Step { get; } = Head("Step");

    /// <summary>The head of Inference/Predict.</summary>
    public static byte[] Predict { get; } = Head("Predict");

    /// <summary>A head.</summary>
    /// <param name="method">Method of Inference.</param>
    /// <param name="more">Further fields.</param>
    /// <returns>The block of headers.</returns>
    public static byte[] Head(string method, params (string, string)[] more) => Frames.Block([.. Frames.CallHead($"/lstm.v1.Inference/{method}"), .. more]);

    /// <summary>The first message of a stream.</summary>
    /// <param name="model">The model.</param>
    /// <param name="handle">The handle.</param>
    /// <returns>With its five bytes.</returns>
    public static byte[] Open(string model, uint handle = 1) => Frames.Message(new StreamRequest { Open = new() { Handle = handle, Model = model } }.ToByteArray());

    /// <summary>A request that is 1 MiB long and holds half a million empty sequences.</summary>
    /// <param name="model">The model.</param>
    /// <returns>With its five bytes.</returns>
    public static byte[] ManyEmptySequences(string model) => Frames.Message([.. Name(model), .. Empty(PredictRequest.SequencesFieldNumber, Room)]);

    /// <summary>A request that is 1 MiB long and holds one sequence, with half a million empty pieces of a state.</summary>
    /// <param name="model">The model.</param>
    /// <returns>With its five bytes.</returns>
    public static byte[] ManyEmptyPieces(string model) =>
        Frames.Message([.. Name(model), .. Field(PredictRequest.SequencesFieldNumber, Empty(Sequence.StateFieldNumber, Room))]);

    /// <summary>A step that is 1 MiB long and holds a quarter of a million fields that nobody knows.</summary>
    /// <returns>With its five bytes.</returns>
    public static byte[] ManyUnknownFields()
    {
        var message = new MemoryStream();
        using (var coded = new CodedOutputStream(message, leaveOpen: true))
        {
            for (int field = 100; coded.Position < Room; field++)
            {
                coded.WriteTag(field, WireFormat.WireType.Varint);
                coded.WriteBool(true);
            }
        }

        return Frames.Message(message.ToArray());
    }

    /// <summary>A message of a stream that is 1 MiB long: a step with as many values as fit into half of it, then a quarter of a million empty pieces, each to be merged with all before.</summary>
    /// <returns>With its five bytes.</returns>
    public static byte[] ManyPieces() => Frames.Message(
        [.. Field(StreamRequest.StepFieldNumber, Field(StreamStep.XFieldNumber, new byte[Room / 2])), .. Empty(StreamRequest.StepFieldNumber, Room / 2)]);

    /// <summary>A message of a stream with 4,096 handles of which none is open.</summary>
    /// <returns>With its five bytes.</returns>
    public static byte[] ManyFaults() => Frames.Message(new StreamRequest { Batch = new() { Handles = { Enumerable.Range(0, 4096).Select(static n => 100 + (uint)n) } } }.ToByteArray());

    /// <summary>Compresses zeros.</summary>
    /// <param name="encoding">gzip or deflate.</param>
    /// <param name="megabytes">How many.</param>
    /// <returns>About a thousandth of them.</returns>
    public static byte[] Zeros(string encoding, int megabytes)
    {
        var output = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true) : new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true))
            for (int n = 0; n < megabytes; n++)
                stream.Write(new byte[1_000_000]);
        return output.ToArray();
    }

    /// <summary>Compresses a sound request and puts something behind it.</summary>
    /// <returns>The message without its five bytes.</returns>
    public static byte[] GarbageAfterGzip()
    {
        var output = new MemoryStream();
        using (var stream = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(new StepRequest { SessionId = "nobody" }.ToByteArray());
        output.Write(Encoding.ASCII.GetBytes(new string('x', 10_000)));
        return output.ToArray();
    }

    private static byte[] Name(string model) => new PredictRequest { Model = model }.ToByteArray();

    private static byte[] Empty(int field, int bytes)
    {
        byte[] fields = new byte[bytes / 2 * 2];
        for (int at = 0; at < fields.Length; at += 2)
            fields[at] = (byte)(field << 3 | 2);
        return fields;
    }

    private static byte[] Field(int field, byte[] value)
    {
        var bytes = new MemoryStream();
        using (var coded = new CodedOutputStream(bytes, leaveOpen: true))
        {
            coded.WriteTag(field, WireFormat.WireType.LengthDelimited);
            coded.WriteLength(value.Length);
        }

        bytes.Write(value);
        return bytes.ToArray();
    }
}
