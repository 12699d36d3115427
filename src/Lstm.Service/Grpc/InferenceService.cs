using Grpc.Core;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Sessions;
using Lstm.V1;
using Microsoft.AspNetCore.Mvc;

namespace Lstm.Service.Grpc;

/// <summary>lstm.v1.Inference but for Stream and Predict (<see cref="StreamService"/>, <see cref="PredictService"/>): every call ends in the same sessions as its HTTP counterpart.</summary>
[BindServiceMethod(typeof(StreamMethod), nameof(StreamMethod.BindOthers))]
internal sealed class InferenceService(CallBoundary boundary, SessionRegistry sessions, ModelCatalog models, TenantHeader tenants) : Inference.InferenceBase
{
    /// <inheritdoc/>
    public override Task<StepReply> Step(StepRequest request, ServerCallContext context) => boundary.RunAsync(context, async () =>
    {
        var group = new StepGroup { Tenant = tenants.Read(context.GetHttpContext().Request) };
        var session = sessions.Get(request.SessionId);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        ProtoMessages.Add(
            group, new() { Session = session, Step = request.Step, AskedCount = request.Count, WantState = request.WantState, WantGates = request.WantGates }, request.X, request.XIntegers);
        await group.RunAloneAsync();
        RequestSpan.Did(group[0].Count);
        var reply = new StepReply { SessionId = session.Id, Result = new() };
        ProtoMessages.Write(group, 0, session.Model, reply.Result);
        return reply;
    });

    /// <inheritdoc/>
    [RequestSizeLimit(GrpcFace.MostBytesOfOpen)]
    public override Task<V1.Session> OpenSession(OpenSessionRequest request, ServerCallContext context) => boundary.RunAsync(context, () =>
    {
        var session = sessions.Open(request.SessionId, request.Model, ProtoMessages.Read(request.Mode), ProtoMessages.Read(request.Inputs), out bool resumed);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        return ValueTask.FromResult(ProtoMessages.Write(session.Describe(resumed)));
    });

    /// <inheritdoc/>
    [RequestSizeLimit(GrpcFace.MostBytesWithoutSteps)]
    public override Task<V1.Session> CloseSession(CloseSessionRequest request, ServerCallContext context) => boundary.RunAsync(context, async () =>
    {
        var closed = await sessions.CloseAsync(request.SessionId);
        RequestSpan.IsAbout(closed.Id, closed.Model.Name);
        return ProtoMessages.Write(closed);
    });

    /// <inheritdoc/>
    [RequestSizeLimit(GrpcFace.MostBytesWithoutSteps)]
    public override Task<V1.Session> GetSession(GetSessionRequest request, ServerCallContext context) => boundary.RunAsync(context, async () =>
    {
        var session = sessions.Get(request.SessionId);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        return ProtoMessages.Write(request.WantState ? await session.DescribeWithStateAsync() : session.Describe());
    });

    /// <inheritdoc/>
    [RequestSizeLimit(GrpcFace.MostBytesWithoutSteps)]
    public override Task<ListSessionsReply> ListSessions(ListSessionsRequest request, ServerCallContext context) => boundary.RunAsync(
        context, () => sessions.ListAsync(request.Model, request.PageSize, request.PageToken, ProtoMessages.Write, context.CancellationToken));

    /// <inheritdoc/>
    [RequestSizeLimit(GrpcFace.MostBytesWithoutSteps)]
    public override Task<ListModelsReply> ListModels(ListModelsRequest request, ServerCallContext context) => boundary.RunAsync(context, () =>
    {
        var reply = new ListModelsReply();
        reply.Models.AddRange(models.Served.Select(ModelMessages.Write));
        return ValueTask.FromResult(reply);
    });

    /// <inheritdoc/>
    [RequestSizeLimit(GrpcFace.MostBytesWithoutSteps)]
    public override Task<V1.Model> GetModel(GetModelRequest request, ServerCallContext context) =>
        boundary.RunAsync(context, () => ValueTask.FromResult(ModelMessages.Write(models.Get(request.Model))));
}
