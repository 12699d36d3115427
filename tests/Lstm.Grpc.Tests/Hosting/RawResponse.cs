using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Grpc.Core;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>A response as it was on the wire.</summary>
internal sealed class RawResponse
{
    public RawResponse(HttpResponseMessage response, byte[] body)
    {
        HttpStatus = response.StatusCode;
        Body = body;
        ContentType = response.Content.Headers.ContentType?.ToString();
        Headers = response.Headers.NonValidated.ToDictionary(header => header.Key, header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase);
        Trailers = response.TrailingHeaders.NonValidated.ToDictionary(header => header.Key, header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase);
        IsTrailersOnly = Headers.ContainsKey("grpc-status");
    }

    public HttpStatusCode HttpStatus { get; }

    public byte[] Body { get; }

    public string? ContentType { get; }

    public Dictionary<string, string[]> Headers { get; }

    public Dictionary<string, string[]> Trailers { get; }

    public bool IsTrailersOnly { get; }

    /// <summary>The one status of the call.</summary>
    public StatusCode Status => (StatusCode)int.Parse(Assert.Single(End["grpc-status"]), CultureInfo.InvariantCulture);

    public string? Message => End.TryGetValue("grpc-message", out string[]? values) ? Assert.Single(values) : null;

    public Dictionary<string, string[]> End
    {
        get
        {
            Assert.False(IsTrailersOnly && Trailers.ContainsKey("grpc-status"), "Two statuses in one call.");
            return IsTrailersOnly ? Headers : Trailers;
        }
    }

    /// <summary>Flag and payload of each message.</summary>
    public IReadOnlyList<(byte Flag, byte[] Payload)> Frames => FramesOf(Body);

    public IReadOnlyList<ProbeReply> Replies => [.. Frames.Select(frame => ProbeReply.Parser.ParseFrom(frame.Payload))];

    public static IReadOnlyList<(byte Flag, byte[] Payload)> FramesOf(byte[] body)
    {
        var frames = new List<(byte, byte[])>();
        for (int at = 0; at < body.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            frames.Add((body[at], body[(at + 5)..(at + 5 + length)]));
            at += 5 + length;
        }
        return frames;
    }
}
