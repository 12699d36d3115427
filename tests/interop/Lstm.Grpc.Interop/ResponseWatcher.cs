using System.Net;

namespace Lstm.Grpc.Interop;

/// <summary>Stands between the gRPC layer and HttpClient's transport and notes the flags of the messages that arrive.</summary>
internal sealed class ResponseWatcher(HttpMessageHandler transport) : DelegatingHandler(transport)
{
    /// <summary>The flags of the last call's responses.</summary>
    public FrameFlags LastResponse { get; private set; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var flags = new FrameFlags();
        LastResponse = flags;
        var response = await base.SendAsync(request, cancellationToken);
        var content = new WatchedContent(response.Content, flags);
        foreach (var (name, values) in response.Content.Headers)
            content.Headers.TryAddWithoutValidation(name, values);
        response.Content = content;
        return response;
    }

    private sealed class WatchedContent(HttpContent content, FrameFlags flags) : HttpContent
    {
        protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new WatchedStream(content.ReadAsStream(cancellationToken), flags);

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(CreateContentReadStream(CancellationToken.None));

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException("The body is read as a stream.");

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            content.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class WatchedStream(Stream stream, FrameFlags flags) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await stream.ReadAsync(buffer, cancellationToken);
            flags.Follow(buffer.Span[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The body is read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
