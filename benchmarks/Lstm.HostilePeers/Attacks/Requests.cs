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
    /// <returns>With its five bytes.</returns>
    public static byte[] Open(string model) => Frames.Message(new StreamRequest { Open = new() { Handle = 1, Model = model } }.ToByteArray());

    /// <summary>A request that is 1 MiB long and holds half a million empty sequences.</summary>
    /// <param name="model">The model.</param>
    /// <returns>With its five bytes.</returns>
    public static byte[] ManyEmptySequences(string model)
    {
        byte[] name = new PredictRequest { Model = model }.ToByteArray();
        byte[] message = new byte[Limit - 16];
        name.CopyTo(message, 0);
        byte tag = (byte)(PredictRequest.SequencesFieldNumber << 3 | 2);
        for (int at = name.Length; at + 1 < message.Length; at += 2)
            message[at] = tag;
        return Frames.Message(message.AsSpan(0, name.Length + (message.Length - name.Length) / 2 * 2));
    }

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
}
