using Grpc.Core;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Hosting;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.Service.Sessions;

namespace Lstm.Service.Grpc;

/// <summary>lstm.v1.Inference/Stream; <see cref="InferenceService"/> and <see cref="PredictService"/> have the other methods.</summary>
internal sealed class StreamService(CallBoundary boundary, SessionRegistry sessions, Readiness readiness, GrpcOptions options, LstmMeter meter) : StreamServiceBase
{
    /// <inheritdoc/>
    public override Task Stream(IAsyncStreamReader<StreamMessage> requestStream, IServerStreamWriter<StreamAnswer> responseStream, ServerCallContext context) =>
        boundary.RunAsync(context, async () =>
        {
            await new SessionStream(sessions, boundary, options, meter).RunAsync(requestStream, responseStream, context.CancellationToken, readiness.Stopping);
            return true;
        });
}
