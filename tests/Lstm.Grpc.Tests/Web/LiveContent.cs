using System.Net;
using System.Threading.Channels;

namespace Lstm.Grpc.Tests.Web;

/// <summary>A request body that the test writes piece by piece while it reads the response.</summary>
internal sealed class LiveContent : HttpContent
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();

    public LiveContent(params IEnumerable<byte[]> pieces)
    {
        foreach (byte[] piece in pieces)
            Send(piece);
    }

    public LiveContent Send(byte[] piece)
    {
        Assert.True(_pieces.Writer.TryWrite(piece));
        return this;
    }

    public LiveContent End()
    {
        _pieces.Writer.Complete();
        return this;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await foreach (byte[] piece in _pieces.Reader.ReadAllAsync(cancellationToken))
        {
            await stream.WriteAsync(piece, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
