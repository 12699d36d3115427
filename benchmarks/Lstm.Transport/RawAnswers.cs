using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Lstm.Transport.Protos;

namespace Lstm.Transport;

/// <summary>Replies of the bare endpoints.</summary>
internal static class RawAnswers
{
    /// <summary>With generated messages.</summary>
    /// <param name="payload">The request's bytes.</param>
    /// <param name="count">Requests of this call so far.</param>
    /// <param name="output">Receives the reply.</param>
    public static void Generated(ReadOnlySequence<byte> payload, ulong count, PipeWriter output)
    {
        var reply = Echo.Answer(EchoRequest.Parser.ParseFrom(payload), count);
        RawEndpoint.WritePrefix(output, reply.CalculateSize());
        reply.WriteTo(output);
    }

    /// <summary>Read and written by hand.</summary>
    /// <param name="payload">The request's bytes.</param>
    /// <param name="count">Requests of this call so far.</param>
    /// <param name="output">Receives the reply.</param>
    public static void ByHand(ReadOnlySequence<byte> payload, ulong count, PipeWriter output)
    {
        var message = EchoMessage.Rent();
        EchoWire.Read(payload, message);
        message.Count = count;
        RawEndpoint.WritePrefix(output, EchoWire.Measure(message));
        EchoWire.Write(message, output);
        message.Return();
    }
}
