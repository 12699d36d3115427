using Grpc.Core;
using Lstm.V1;

namespace Lstm.Incumbent;

/// <summary>The stream of lstm.v1.Inference.</summary>
/// <param name="models">The models.</param>
/// <param name="sessions">The sessions.</param>
internal sealed class InferenceService(Models models, SessionTable sessions) : Inference.InferenceBase
{
    // As the service does: replies to requests that came together leave together.
    private static readonly WriteOptions Later = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Now = new();

    /// <inheritdoc/>
    public override async Task Stream(IAsyncStreamReader<StreamRequest> requestStream, IServerStreamWriter<StreamReply> responseStream, ServerCallContext context)
    {
        using var steps = new SessionSteps(models, sessions);
        Task<bool> next = requestStream.MoveNext(context.CancellationToken);
        while (await next)
        {
            StreamReply reply = steps.Answer(requestStream.Current);
            next = requestStream.MoveNext(context.CancellationToken);
            responseStream.WriteOptions = next.IsCompleted ? Later : Now;
            await responseStream.WriteAsync(reply);
        }
    }
}
