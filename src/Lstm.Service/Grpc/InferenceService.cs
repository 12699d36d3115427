using Grpc.Core;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Predictions;
using Lstm.Service.Sessions;
using Lstm.V1;
using Microsoft.AspNetCore.Mvc;

namespace Lstm.Service.Grpc;

/// <summary>lstm.v1.Inference but for Stream (<see cref="StreamService"/>): every call ends in the same sessions as its HTTP counterpart.</summary>
[BindServiceMethod(typeof(StreamMethod), nameof(StreamMethod.BindOthers))]
internal sealed class InferenceService(
    CallBoundary boundary, SessionRegistry sessions, ModelCatalog models, Predictor predictor) : Inference.InferenceBase
{
    // An id, a name and a page: nobody has to hold more for a call that carries no steps.
    private const int MostBytesWithoutSteps = 16 << 10;

    /// <inheritdoc/>
    public override Task<StepReply> Step(StepRequest request, ServerCallContext context) => boundary.RunAsync(context, async () =>
    {
        var session = sessions.Get(request.SessionId);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        var group = new StepGroup();
        ProtoMessages.Add(
            group, new() { Session = session, Step = request.Step, AskedCount = request.Count, WantState = request.WantState, WantGates = request.WantGates }, request.X);
        await group.RunAloneAsync();
        RequestSpan.Did(group[0].Count);
        var reply = new StepReply { SessionId = session.Id, Result = new() };
        ProtoMessages.Write(group, 0, session.Model, reply.Result);
        return reply;
    });

    /// <inheritdoc/>
    public override Task<PredictReply> Predict(PredictRequest request, ServerCallContext context) => boundary.RunAsync(context, async () =>
    {
        var model = models.Get(request.Model);
        predictor.CheckCount(request.Sequences.Count); // Before they are copied: a message has room for half a million empty ones.
        var results = await predictor.PredictAsync(model, PredictMessages.Read(request), request.WantState, context.CancellationToken);
        return PredictMessages.Write(model, results);
    });

    /// <inheritdoc/>
    [RequestSizeLimit(MostBytesWithoutSteps)]
    public override Task<V1.Session> OpenSession(OpenSessionRequest request, ServerCallContext context) => boundary.RunAsync(context, () =>
    {
        var session = sessions.Open(request.SessionId, request.Model, ProtoMessages.Read(request.Mode), out bool resumed);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        return ValueTask.FromResult(ProtoMessages.Write(session.Describe(resumed)));
    });

    /// <inheritdoc/>
    [RequestSizeLimit(MostBytesWithoutSteps)]
    public override Task<V1.Session> CloseSession(CloseSessionRequest request, ServerCallContext context) => boundary.RunAsync(context, async () =>
    {
        var closed = await sessions.CloseAsync(request.SessionId);
        RequestSpan.IsAbout(closed.Id, closed.Model.Name);
        return ProtoMessages.Write(closed);
    });

    /// <inheritdoc/>
    [RequestSizeLimit(MostBytesWithoutSteps)]
    public override Task<V1.Session> GetSession(GetSessionRequest request, ServerCallContext context) => boundary.RunAsync(context, async () =>
    {
        var session = sessions.Get(request.SessionId);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        return ProtoMessages.Write(request.WantState ? await session.DescribeWithStateAsync() : session.Describe());
    });

    /// <inheritdoc/>
    [RequestSizeLimit(MostBytesWithoutSteps)]
    public override Task<ListSessionsReply> ListSessions(ListSessionsRequest request, ServerCallContext context) => boundary.RunAsync(context, () =>
    {
        var page = sessions.List(request.Model, request.PageSize, request.PageToken);
        var reply = new ListSessionsReply { NextPageToken = page.NextPageToken, Total = (ulong)page.Total };
        reply.Sessions.AddRange(page.Sessions.Select(ProtoMessages.Write));
        return ValueTask.FromResult(reply);
    });

    /// <inheritdoc/>
    [RequestSizeLimit(MostBytesWithoutSteps)]
    public override Task<ListModelsReply> ListModels(ListModelsRequest request, ServerCallContext context) => boundary.RunAsync(context, () =>
    {
        var reply = new ListModelsReply();
        reply.Models.AddRange(models.Served.Select(ModelMessages.Write));
        return ValueTask.FromResult(reply);
    });

    /// <inheritdoc/>
    [RequestSizeLimit(MostBytesWithoutSteps)]
    public override Task<V1.Model> GetModel(GetModelRequest request, ServerCallContext context) =>
        boundary.RunAsync(context, () => ValueTask.FromResult(ModelMessages.Write(models.Get(request.Model))));
}
