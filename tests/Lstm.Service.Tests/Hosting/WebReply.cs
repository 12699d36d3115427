using System.Buffers.Binary;
using System.Net;
using System.Text;
using Google.Protobuf;

namespace Lstm.Service.Tests.Hosting;

/// <summary>A gRPC-Web call as a browser makes it, by hand: one POST of messages, and what came back.</summary>
internal sealed class WebReply
{
    private const byte TrailersFlag = 0x80;

    private WebReply(HttpResponseMessage response, byte[] body)
    {
        (Response, Body) = (response, body);
        for (int at = 0; at < body.Length;)
        {
            byte[] payload = body[(at + 5)..(at + 5 + BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1)))];
            if (body[at] == TrailersFlag)
                Trailers = Encoding.ASCII.GetString(payload);
            else
                Messages.Add(payload);
            at += 5 + payload.Length;
        }
    }

    public HttpResponseMessage Response { get; }

    public byte[] Body { get; }

    public List<byte[]> Messages { get; } = [];

    /// <summary>The last message of the body; null when there is none.</summary>
    public string? Trailers { get; }

    /// <summary>What a header says, or null.</summary>
    public string? Header(string name) => Response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    public static async Task<WebReply> CallAsync(
        RunningService service, string method, IEnumerable<IMessage> messages, string? origin = null, int? port = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{port ?? service.Http.BaseAddress!.Port}/lstm.v1.Inference/{method}"))
        {
            Version = port is null ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([.. messages.SelectMany(Frame)]),
        };
        request.Content.Headers.ContentType = new("application/grpc-web+proto");
        request.Headers.Add("x-grpc-web", "1");
        if (origin is not null)
            request.Headers.Add("origin", origin);
        var response = await service.Http.SendAsync(request);
        return new(response, await response.Content.ReadAsByteArrayAsync());
    }

    private static byte[] Frame(IMessage message)
    {
        byte[] frame = [0, 0, 0, 0, 0, .. message.ToByteArray()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        return frame;
    }
}
