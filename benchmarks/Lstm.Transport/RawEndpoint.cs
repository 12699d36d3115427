using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Lstm.Transport;

/// <summary>
/// The least that gRPC over Kestrel can cost: an endpoint that takes messages out of the request's pipe, answers all that came together, and flushes once.
/// No deadlines, no limits, no compression, no metadata, no status but OK, no measurements.
/// </summary>
internal static class RawEndpoint
{
    private const int PrefixSize = 5;
    private static readonly StringValues StatusOk = "0";

    /// <summary>Maps a stream and a unary method. To a bare endpoint they are the same: it answers until the client is done.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="service">package.Service.</param>
    /// <param name="answer">Writes the reply to a request and its number.</param>
    public static void Map(IEndpointRouteBuilder endpoints, string service, Action<ReadOnlySequence<byte>, ulong, PipeWriter> answer)
    {
        RequestDelegate handle = context => RunAsync(context, answer);
        endpoints.MapPost($"/{service}/Stream", handle);
        endpoints.MapPost($"/{service}/Unary", handle);
    }

    /// <summary>Writes what precedes a message.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="length">Bytes of the message.</param>
    public static void WritePrefix(PipeWriter output, int length)
    {
        var prefix = output.GetSpan(PrefixSize);
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], length);
        output.Advance(PrefixSize);
    }

    private static async Task RunAsync(HttpContext context, Action<ReadOnlySequence<byte>, ulong, PipeWriter> answer)
    {
        context.Response.ContentType = "application/grpc";
        var input = context.Request.BodyReader;
        var output = context.Response.BodyWriter;
        ulong count = 0;
        while (true)
        {
            var read = await input.ReadAsync();
            ulong before = count;
            var rest = AnswerAll(read.Buffer, ref count, answer, output);
            input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                break;
            if (count > before)
                await output.FlushAsync();
        }

        context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = StatusOk;
    }

    private static ReadOnlySequence<byte> AnswerAll(ReadOnlySequence<byte> buffer, ref ulong count, Action<ReadOnlySequence<byte>, ulong, PipeWriter> answer, PipeWriter output)
    {
        Span<byte> prefix = stackalloc byte[PrefixSize];
        while (buffer.Length >= PrefixSize)
        {
            buffer.Slice(0, PrefixSize).CopyTo(prefix);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
            if (buffer.Length - PrefixSize < length)
                break;
            answer(buffer.Slice(PrefixSize, length), ++count, output);
            buffer = buffer.Slice(PrefixSize + length);
        }

        return buffer;
    }
}
