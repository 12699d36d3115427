using System.Net;

namespace Grpc.Net.Client;

/// <summary>One message with its header.</summary>
internal sealed class MessageContent(ReadOnlyMemory<byte> frame) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(frame, cancellationToken).AsTask();

    // gRPC requests carry no content-length.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
