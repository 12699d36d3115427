using Grpc.Core;
using Lstm.Transport.Protos;

namespace Lstm.Transport;

/// <summary>Our gRPC layer with generated messages.</summary>
internal sealed class LayerService : Layer.LayerBase
{
    /// <inheritdoc/>
    public override Task Stream(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context) =>
        EchoStream.RunAsync(requestStream, responseStream, Echo.Answer);

    /// <inheritdoc/>
    public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) => Task.FromResult(Echo.Answer(request, 1));
}
