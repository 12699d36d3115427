using Grpc.Core;

namespace Lstm.Transport;

/// <summary>A gRPC layer with messages read and written by hand into objects that are used again, as the service does for lstm.v1.Inference/Stream.</summary>
internal sealed class LayerByHandService : LayerByHandBase
{
    /// <inheritdoc/>
    public override Task Stream(IAsyncStreamReader<EchoMessage> requestStream, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context) =>
        EchoStream.RunAsync(requestStream, responseStream, Answer);

    /// <inheritdoc/>
    public override Task<EchoMessage> Unary(EchoMessage request, ServerCallContext context) => Task.FromResult(Answer(request, 1));

    // The request becomes its own reply, and is free when that is written.
    private static EchoMessage Answer(EchoMessage request, ulong count)
    {
        request.Count = count;
        return request;
    }
}
