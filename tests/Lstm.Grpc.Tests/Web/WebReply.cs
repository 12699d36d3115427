using System.Globalization;
using System.Net;
using System.Text;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests.Web;

/// <summary>A gRPC-Web response, taken apart by hand: text decoded group by group, the trailers found as the last message.</summary>
internal sealed class WebReply
{
    private const byte TrailersFlag = 0x80;

    public WebReply(RawResponse raw)
    {
        Raw = raw;
        Assert.Empty(raw.Trailers);
        Body = raw.ContentType == "application/grpc-web-text" ? Decode(raw.Body) : raw.Body;
        var frames = RawResponse.FramesOf(Body);
        if (frames.Count > 0)
        {
            Assert.False(raw.IsTrailersOnly, "Two statuses in one call.");
            Assert.Equal(TrailersFlag, frames[^1].Flag);
            Assert.All(frames.SkipLast(1), frame => Assert.InRange(frame.Flag, 0, 1));
            TrailersText = Encoding.ASCII.GetString(frames[^1].Payload);
        }
        Messages = [.. frames.SkipLast(1).Select(frame => frame.Payload)];
    }

    public RawResponse Raw { get; }

    public HttpStatusCode HttpStatus => Raw.HttpStatus;

    /// <summary>The bytes of the body, decoded.</summary>
    public byte[] Body { get; }

    /// <summary>The messages but the trailers.</summary>
    public IReadOnlyList<byte[]> Messages { get; }

    public IReadOnlyList<ProbeReply> Replies => [.. Messages.Select(message => ProbeReply.Parser.ParseFrom(message))];

    /// <summary>The last message; null when the status is among the headers.</summary>
    public string? TrailersText { get; }

    public StatusCode Status => (StatusCode)int.Parse(Assert.Single(End("grpc-status")), CultureInfo.InvariantCulture);

    public string Message => Assert.Single(End("grpc-message"));

    /// <summary>What the call's end says under a name, in trailers or, without any, in headers.</summary>
    public IReadOnlyList<string> End(string name) => TrailersText is null
        ? Raw.Headers.GetValueOrDefault(name, [])
        : [.. TrailersText.Split("\r\n").Where(line => line.StartsWith($"{name}: ", StringComparison.Ordinal)).Select(line => line[(name.Length + 2)..])];

    private static byte[] Decode(byte[] text)
    {
        Assert.Equal(0, text.Length % 4);
        return [.. text.Chunk(4).SelectMany(group => Convert.FromBase64String(Encoding.ASCII.GetString(group)))];
    }
}
