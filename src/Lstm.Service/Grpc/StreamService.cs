using Grpc.Core;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Hosting;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.Service.Sessions;

namespace Lstm.Service.Grpc;

/// <summary>lstm.v1.Inference/Stream; <see cref="InferenceService"/> and <see cref="PredictService"/> have the other methods.</summary>
internal sealed class StreamService(CallBoundary boundary, SessionRegistry sessions, TenantHeader tenants, Readiness readiness, GrpcOptions options, LstmMeter meter) : StreamServiceBase
{
    /// <inheritdoc/>
    public override Task Stream(IAsyncStreamReader<StreamMessage> requestStream, IServerStreamWriter<StreamAnswer> responseStream, ServerCallContext context) =>
        boundary.RunAsync(context, async () =>
        {
            string tenant = tenants.Read(context.GetHttpContext().Request);
            await new SessionStream(sessions, tenant, boundary, options, meter).RunAsync(requestStream, responseStream, context.CancellationToken, readiness.EndOfStreams);
            return true;
        });
}
