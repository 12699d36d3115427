using Lstm.Service.Errors;
using Lstm.Service.Observability;
using Lstm.Service.Rest.Bodies;
using Lstm.Service.Rest.Documentation;
using Lstm.Service.Sessions;

namespace Lstm.Service.Rest;

/// <summary>/v1/sessions.</summary>
internal static class SessionEndpoints
{
    private static readonly string[] ListFields = ["model", "page_size", "page_token"];

    /// <summary>Maps the addresses.</summary>
    /// <param name="routes">Where to.</param>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/sessions", OpenAsync)
            .WithTags("Sessions").WithSummary("Open a session").WithDescription(
                "Creates a session from the model's initial state, or resumes an existing one. Mode create refuses an id that is taken; resume refuses an id that is "
                + "not there and says why; create_or_resume does whichever applies.")
            .Accepts<OpenSessionBody>("application/json").Produces<SessionBody>(201).Produces<SessionBody>()
            .Refuses(ErrorCode.MalformedJson, ErrorCode.UnknownField, ErrorCode.InvalidSessionId, ErrorCode.InvalidOpenMode, ErrorCode.ModelRequired, ErrorCode.ModelNotFound, ErrorCode.SessionNotFound,
                ErrorCode.SessionExists, ErrorCode.SessionModelMismatch, ErrorCode.ModelLoadFailed, ErrorCode.SessionExpired, ErrorCode.SessionClosed, ErrorCode.TooManySessions, ErrorCode.InvalidField,
                ErrorCode.NotStreamable, ErrorCode.SessionInputs, ErrorCode.SessionInputsTooLarge, ErrorCode.MessageTooLarge)
            .WithMetadata(new RequestExample("""{"session_id": "demo", "model": "nyc-taxi", "mode": "create_or_resume"}"""));

        routes.MapGet("/v1/sessions", ListAsync)
            .WithTags("Sessions").WithSummary("List open sessions").WithDescription("In the order of their ids, in pages of page_size (100 unless told, at most 1000).")
            .Produces<SessionListBody>().Refuses(ErrorCode.InvalidPageSize, ErrorCode.InvalidPageToken, ErrorCode.UnknownField, ErrorCode.ModelNotFound, ErrorCode.QueueFull);

        routes.MapGet("/v1/sessions/{id}", GetAsync)
            .WithTags("Sessions").WithSummary("Look at a session").WithDescription("With state=true also h and c of every layer, after the last step.")
            .Produces<SessionBody>().Refuses(ErrorCode.InvalidSessionId, ErrorCode.SessionNotFound, ErrorCode.SessionExpired, ErrorCode.SessionClosed);

        routes.MapDelete("/v1/sessions/{id}", CloseAsync)
            .WithTags("Sessions").WithSummary("Close a session").WithDescription("Ends it after the steps that came before; its state is dropped. Answers what it was at its end.")
            .Produces<SessionBody>().Refuses(ErrorCode.InvalidSessionId, ErrorCode.SessionNotFound, ErrorCode.SessionExpired, ErrorCode.SessionClosed);

        routes.MapPost("/v1/sessions/{id}:step", StepAsync)
            .WithTags("Sessions").WithSummary("Step a session").WithDescription(
                "Feeds x(t) and answers y(t). Number the steps (from 1) and a step that is sent again gets the same reply and leaves the state alone. A list of lists "
                + "is several steps, committed together. Whole numbers beyond 2^24 go exactly in x_integers. A refused step leaves the state as it was.")
            .Accepts<StepBody>("application/json").Produces<StepResultBody>()
            .Refuses(ErrorCode.InputShape, ErrorCode.InputNotFinite, ErrorCode.InputRange, ErrorCode.ChunkTooLarge, ErrorCode.MalformedJson, ErrorCode.UnknownField, ErrorCode.InvalidField,
                ErrorCode.SessionNotFound, ErrorCode.SessionExpired, ErrorCode.SessionClosed, ErrorCode.StepGap, ErrorCode.StepTooOld, ErrorCode.StepConflict, ErrorCode.GatesNotKept,
                ErrorCode.MessageTooLarge, ErrorCode.InvalidTenant, ErrorCode.QueueFull)
            .WithMetadata(new RequestExample("""{"x": [10844, 0, 1, 0.78, 0.62], "want": ["state"]}"""), new OfTenant());
    }

    private static async Task<IResult> OpenAsync(HttpContext context, SessionRegistry sessions, JsonBody json)
    {
        QueryFields.Check(context.Request.Query);
        var body = await json.ReadAsync<OpenSessionBody>(context.Request);
        var session = sessions.Open(body.SessionId ?? "", body.Model ?? "", ReadMode(body.Mode), body.Inputs?.Inputs ?? [], out bool resumed);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        var answer = SessionBody.From(session.Describe(resumed));
        if (resumed)
            return Results.Json(answer, RestJson.Options);
        context.Response.Headers.Location = $"/v1/sessions/{session.Id}";
        return Results.Json(answer, RestJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpContext context, SessionRegistry sessions, string? model, string? page_size, string? page_token)
    {
        QueryFields.Check(context.Request.Query, ListFields);
        var body = await sessions.ListAsync(
            model ?? "", QueryFields.Number("page_size", page_size), page_token ?? "",
            static page => new SessionListBody([.. page.Sessions.Select(SessionBody.From)], page.NextPageToken, page.Total), context.RequestAborted);
        return Results.Json(body, RestJson.Options);
    }

    private static async Task<IResult> GetAsync(HttpContext context, SessionRegistry sessions, string id, string? state)
    {
        QueryFields.Check(context.Request.Query, "state");
        bool wantState = QueryFields.Flag("state", state);
        var session = sessions.Get(id);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        return Results.Json(SessionBody.From(wantState ? await session.DescribeWithStateAsync() : session.Describe()), RestJson.Options);
    }

    private static async Task<IResult> CloseAsync(HttpContext context, SessionRegistry sessions, string id)
    {
        QueryFields.Check(context.Request.Query);
        var closed = await sessions.CloseAsync(id);
        RequestSpan.IsAbout(closed.Id, closed.Model.Name);
        return Results.Json(SessionBody.From(closed), RestJson.Options);
    }

    private static async Task<IResult> StepAsync(HttpContext context, SessionRegistry sessions, TenantHeader tenants, JsonBody json, string id)
    {
        QueryFields.Check(context.Request.Query);
        string tenant = tenants.Read(context.Request);
        var body = await json.ReadAsync<StepBody>(context.Request);
        var session = sessions.Get(id);
        RequestSpan.IsAbout(session.Id, session.Model.Name);
        var group = StepBodyReader.Read(body, session);
        group.Tenant = tenant;
        await group.RunAloneAsync();
        RequestSpan.Did(group[0].Count);
        return Results.Json(StepResultBody.From(session, group, body.X?.RowLengths is not null), RestJson.Options);
    }

    private static OpenMode ReadMode(string? mode) => mode switch
    {
        null or "" or "create" => OpenMode.Create,
        "resume" => OpenMode.Resume,
        "create_or_resume" => OpenMode.CreateOrResume,
        _ => throw new LstmException(ErrorCode.InvalidOpenMode, $"Expected mode create, resume or create_or_resume but got '{mode}'.", ("mode", mode)),
    };
}
