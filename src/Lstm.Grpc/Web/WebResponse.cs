using System.IO.Pipelines;
using System.Text;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Web;

/// <summary>The response of a gRPC-Web call: its trailers are the last message of the body (PROTOCOL-WEB, Message framing).</summary>
internal sealed class WebResponse(IHttpResponseBodyFeature body, bool isText) : IHttpResponseBodyFeature, IHttpResponseTrailersFeature
{
    private const byte TrailersFlag = 0x80;

    private bool _trailersWritten;

    public PipeWriter Writer { get; } = isText ? new Base64PipeWriter(body.Writer) : body.Writer;

    public Stream Stream => Writer.AsStream(leaveOpen: true);

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    public void DisableBuffering() => body.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken) => body.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await WriteTrailersAsync().ConfigureAwait(false);
        await body.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the body, once. Without trailers the status is among the headers (Trailers-Only), or the call was broken off.</summary>
    public async ValueTask WriteTrailersAsync()
    {
        if (_trailersWritten || Trailers.Count == 0)
            return;
        _trailersWritten = true;
        byte[] block = Encoding.ASCII.GetBytes(Block());
        FrameHeader.Write(Writer, TrailersFlag, block.Length);
        await Writer.WriteAsync(block).ConfigureAwait(false);
    }

    // As HTTP/1 writes headers, without the empty line at the end.
    private string Block()
    {
        var block = new StringBuilder();
        foreach (var (name, values) in Trailers)
            foreach (string? value in values)
            {
                if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
                    throw new InvalidOperationException($"The trailer '{name}' has characters that a header cannot carry.");
#pragma warning disable CA1308 // The protocol wants lower case.
                block.Append(name.ToLowerInvariant()).Append(": ").Append(value).Append("\r\n");
#pragma warning restore CA1308
            }
        return block.ToString();
    }
}
