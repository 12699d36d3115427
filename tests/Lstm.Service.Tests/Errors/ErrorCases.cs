using Lstm.Service.Errors;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;

namespace Lstm.Service.Tests.Errors;

/// <summary>Every refusal that the sessions of <see cref="ErrorTests"/> can meet. Texts are spelled out: they are what users read.</summary>
internal static class ErrorCases
{
    private const string Sessions = "/v1/sessions";
    private const string Step = "/v1/sessions/err:step";
    private const string Good = "[10844, 0, 1, 0.78, 0.62]";

    private const string Unchanged = "the state is unchanged.";
    private const string BadId = "Expected a session id of 1 to 128 characters of A-Z a-z 0-9 . _ - ~ but got 'a b' (3 characters).";
    private const string Exists = "Session 'err' exists already: model 'nyc-taxi', 3 steps done. Open it with mode resume, close it, or choose another id.";
    private const string NotFound = "There is no session 'nobody'. Open it with mode create; a state is never made up.";
    private const string Closed = "Session 'err-closed' (model 'nyc-taxi', 0 steps done) was closed by a client at 2026-01-31T12:00:00.000Z. Create it again when it should start anew.";
    private const string Mismatch = "Session 'err' runs model 'nyc-taxi' but the request names 'char-lm'. Name 'nyc-taxi' or no model to resume it.";
    private const string NoModel = "The request names no model. Available: char-lm, first, nyc-taxi, second.";
    private const string UnknownModel = "There is no model 'nope'. Available: char-lm, first, nyc-taxi, second.";
    private const string Gap = "Session 'err' expects step 4 but got step 6. Send step 4 first; " + Unchanged;
    private const string TooOld = "Session 'err' expects step 4 but got step 1, which is done. Only the last message (steps 2 to 3) can be sent again; " + Unchanged;
    private const string Shape = "Expected 5 values (input_size of model 'nyc-taxi') but got 4.";
    private const string NotFinite = "Expected finite values but got NaN at index 3 of step 1 of the message (model 'nyc-taxi'). Fill or drop missing values first.";
    private const string NoGates = "Session 'err' has done step 2 without want_gates, so its gates were not kept. Ask for gates the first time that a step is sent.";
    private const string Range = "Step 1 of the message (model 'char-lm'): Expected a whole number from -65 to 64 at place 0 of the input but got 70.";
    private const string PageSize = "Expected a page_size of at most 1000 (0 means 100) but got 1001.";
    private const string PageToken = "'!' is not a page_token. Send next_page_token of the reply before, unchanged.";

    public static readonly IReadOnlyList<HttpCase> Http =
    [
        new("bad id", ErrorCode.InvalidSessionId, "GET", $"{Sessions}/a%20b", null, BadId, ("session_id", "a b")),
        new("bad id on open", ErrorCode.InvalidSessionId, "POST", Sessions, """{"session_id": "a b", "model": "nyc-taxi"}""", BadId),
        new("bad mode", ErrorCode.InvalidOpenMode, "POST", Sessions, """{"mode": "steal"}""", "Expected mode create, resume or create_or_resume but got 'steal'.", ("mode", "steal")),
        new("no model", ErrorCode.ModelRequired, "POST", Sessions, "{}", NoModel),
        new("unknown model", ErrorCode.ModelNotFound, "POST", Sessions, """{"model": "nope"}""", UnknownModel, ("model", "nope"), ("available", "char-lm, first, nyc-taxi, second")),
        new("unknown model, looked at", ErrorCode.ModelNotFound, "GET", "/v1/models/nope", null, UnknownModel),
        new("broken model", ErrorCode.ModelLoadFailed, "POST", Sessions, """{"model": "broken"}""", BrokenModel.Detail, ("model", "broken")),
        new("two files of one name", ErrorCode.ModelLoadFailed, "GET", "/v1/models/twin", null, BrokenModel.TwinDetail, ("model", "twin")),
        new("exists", ErrorCode.SessionExists, "POST", Sessions, """{"session_id": "err", "model": "nyc-taxi"}""", Exists, ("session_id", "err"), ("step", "3"), ("model", "nyc-taxi")),
        new("not found", ErrorCode.SessionNotFound, "GET", $"{Sessions}/nobody", null, NotFound, ("session_id", "nobody")),
        new("not found on step", ErrorCode.SessionNotFound, "POST", $"{Sessions}/nobody:step", $$"""{"x": {{Good}}}""", NotFound),
        new("not found on resume", ErrorCode.SessionNotFound, "POST", Sessions, """{"session_id": "nobody", "mode": "resume"}""", NotFound),
        new("not found on close", ErrorCode.SessionNotFound, "DELETE", $"{Sessions}/nobody", null, NotFound),
        new("closed", ErrorCode.SessionClosed, "POST", $"{Sessions}/err-closed:step", $$"""{"x": {{Good}}}""", Closed, ("step", "0"), ("ended_at", "2026-01-31T12:00:00.000Z")),
        new("closed on resume", ErrorCode.SessionClosed, "POST", Sessions, """{"session_id": "err-closed", "mode": "resume"}""", Closed),
        new("other model", ErrorCode.SessionModelMismatch, "POST", Sessions, """{"session_id": "err", "model": "char-lm", "mode": "resume"}""", Mismatch, ("requested_model", "char-lm")),
        new("page size", ErrorCode.InvalidPageSize, "GET", $"{Sessions}?page_size=1001", null, PageSize, ("max_page_size", "1000")),
        new("page token", ErrorCode.InvalidPageToken, "GET", $"{Sessions}?page_token=!", null, PageToken, ("page_token", "!")),
        new("gap", ErrorCode.StepGap, "POST", Step, $$"""{"step": 6, "x": {{Good}}}""", Gap, ("expected_step", "4"), ("step", "6")),
        new("too old", ErrorCode.StepTooOld, "POST", Step, $$"""{"step": 1, "x": {{Good}}}""", TooOld, ("expected_step", "4"), ("last_step", "2"), ("last_count", "2")),
        new("other count", ErrorCode.StepConflict, "POST", Step, $$"""{"step": 2, "x": {{Good}}}""",
            "Session 'err' has done step 2 with another input: that message had 2 steps, this one has 1. Send the same input again, or go on with step 4; " + Unchanged, ("expected_step", "4")),
        new("other input", ErrorCode.StepConflict, "POST", Step, """{"step": 2, "x": [[10845, 0, 1, 0.78, 0.62], [10846, 0, 1, 0.78, 0.5]]}""",
            "Session 'err' has done step 2 with another input: x[9] was 0.62, now it is 0.5. Send the same input again, or go on with step 4; " + Unchanged),
        new("gates not kept", ErrorCode.GatesNotKept, "POST", Step, """{"step": 2, "x": [[10845, 0, 1, 0.78, 0.62], [10846, 0, 1, 0.78, 0.62]], "want": ["gates"]}""", NoGates),
        new("too many steps", ErrorCode.ChunkTooLarge, "POST", Step, $$"""{"x": [{{string.Join(',', Enumerable.Repeat("[1,2,3,4,5]", 4097))}}]}""",
            "Expected at most 4096 steps in a message (Lstm:Sessions:MaxStepsPerMessage) but got 4097. Send several messages.", ("max_steps", "4096")),
        new("too few values", ErrorCode.InputShape, "POST", Step, """{"x": [1, 2, 3, 4]}""", Shape, ("expected", "5"), ("found", "4"), ("model", "nyc-taxi")),
        new("no values", ErrorCode.InputShape, "POST", Step, """{"x": []}""", "Expected 5 values (input_size of model 'nyc-taxi') but got 0."),
        new("a short row", ErrorCode.InputShape, "POST", Step, """{"x": [[1, 2, 3, 4, 5], [1, 2, 3, 4]]}""", "Expected 5 values (input_size of model 'nyc-taxi') in x[1] but got 4.", ("row", "2")),
        new("NaN", ErrorCode.InputNotFinite, "POST", Step, """{"x": [10844, 0, 1, "NaN", 0.62]}""", NotFinite, ("index", "3"), ("row", "1")),
        new("beyond float", ErrorCode.InputNotFinite, "POST", Step, """{"x": [10844, 0, 1, -1e99, 0.62]}""",
            "Expected finite values but got -Infinity at index 3 of step 1 of the message (model 'nyc-taxi'). Fill or drop missing values first."),
        new("token out of range", ErrorCode.InputRange, "POST", $"{Sessions}/err-char:step", """{"x": [70]}""", Range, ("row", "1")),
        new("no field x", ErrorCode.InvalidField, "POST", Step, "{}", "Field 'x' is missing. Expected a list of 5 numbers, or a list of such lists.", ("field", "x")),
        new("text in x", ErrorCode.InvalidField, "POST", Step, """{"x": [1, 2, 3, "4", 5]}""", "Field 'x[3]' has a value of the wrong kind: expected a number but got a text.", ("field", "x[3]")),
        new("null in a row of x", ErrorCode.InvalidField, "POST", Step, """{"x": [[1, null]]}""", "Field 'x[0][1]' has a value of the wrong kind: expected a number but got null."),
        new("negative step", ErrorCode.InvalidField, "POST", Step, """{"step": -1}""", "Field 'step' has a value of the wrong kind: expected a whole number of 0 or more but got -1."),
        new("unknown wish", ErrorCode.InvalidField, "POST", Step, $$"""{"x": {{Good}}, "want": ["state", "money"]}""", "Field 'want[1]' is 'money'. Expected state or gates."),
        new("number for a text", ErrorCode.InvalidField, "POST", Sessions, """{"session_id": 5}""", "Field 'session_id' has a value of the wrong kind: expected a text but got 5."),
        new("a field twice", ErrorCode.InvalidField, "POST", Sessions, """{"mode": "create", "mode": "resume"}""", "Field 'mode' is there twice. Send it once."),
        new("a list for an object", ErrorCode.InvalidField, "POST", Sessions, "[]", "The body is a list. Expected an object with the fields session_id, model, mode, inputs."),
        new("null for an object", ErrorCode.InvalidField, "POST", Sessions, "null", "The body is null. Expected an object."),
        new("query of the wrong kind", ErrorCode.InvalidField, "GET", $"{Sessions}?page_size=many", null,
            "Query field 'page_size' has a value of the wrong kind: expected a whole number of 0 or more but got 'many'."),
        new("query flag", ErrorCode.InvalidField, "GET", $"{Sessions}/err?state=maybe", null, "Query field 'state' has a value of the wrong kind: expected true or false but got 'maybe'."),
        new("unknown field", ErrorCode.UnknownField, "POST", Step, """{"x": [1], "steps": 3}""", "There is no field 'steps'. Fields: x, x_integers, step, want.", ("field", "steps"), ("fields", "x, x_integers, step, want")),
        new("unknown query field", ErrorCode.UnknownField, "GET", $"{Sessions}?limit=3", null, "There is no query field 'limit'. Fields: model, page_size, page_token.", ("field", "limit")),
        new("NaN as pandas writes it", ErrorCode.MalformedJson, "POST", Step, "{\"x\": [1,\n 2, NaN]}",
            "The body is not JSON: line 2, position 5, in or after field 'x'. 'N' is an invalid start of a value.", ("line", "2"), ("position", "5"), ("field", "x")),
        new("empty body", ErrorCode.MalformedJson, "POST", Sessions, "", "The body is empty. Expected an object with the fields session_id, model, mode, inputs."),
        new("large body", ErrorCode.MessageTooLarge, "POST", Step, new string(' ', 1_048_577),
            "Expected a body of at most 1048576 bytes (Lstm:Server:MaxBodyBytes) but got 1048577 or more. Send fewer steps in a message.", ("max_bytes", "1048576")),
        new("form", ErrorCode.UnsupportedMediaType, "POST", Sessions, "a=b", "Expected a body of Content-Type application/json but got 'text/plain; charset=utf-8'.") { ContentType = "text/plain" },
        new("unknown address", ErrorCode.RouteNotFound, "GET", "/v1/nothing", null, "There is nothing at /v1/nothing. See /swagger for the addresses that exist.", ("path", "/v1/nothing")),
        new("unknown fault", ErrorCode.RouteNotFound, "GET", "/errors/NOPE", null, "There is no fault 'NOPE'. /errors lists them."),
        new("method", ErrorCode.MethodNotAllowed, "PATCH", "/v1/models", null, "/v1/models does not take PATCH. Expected GET.", ("method", "PATCH"), ("allow", "GET")),
        .. PredictErrorCases.Http,
    ];

    public static readonly IReadOnlyList<GrpcCase> Grpc =
    [
        new("bad id", ErrorCode.InvalidSessionId, static c => c.GetSessionAsync(new() { SessionId = "a b" }).ResponseAsync, BadId, ("session_id", "a b")),
        new("empty id on resume", ErrorCode.InvalidSessionId, static c => c.OpenSessionAsync(new() { Mode = OpenMode.Resume }).ResponseAsync,
            "Expected a session id of 1 to 128 characters of A-Z a-z 0-9 . _ - ~ but got '' (0 characters)."),
        new("bad mode", ErrorCode.InvalidOpenMode, static c => c.OpenSessionAsync(new() { Mode = (OpenMode)9 }).ResponseAsync, "Expected an OpenMode of 0 to 3 but got 9.", ("mode", "9")),
        new("no model", ErrorCode.ModelRequired, static c => c.OpenSessionAsync(new()).ResponseAsync, NoModel),
        new("unknown model", ErrorCode.ModelNotFound, static c => c.OpenSessionAsync(new() { Model = "nope" }).ResponseAsync, UnknownModel, ("model", "nope")),
        new("unknown model, looked at", ErrorCode.ModelNotFound, static c => c.GetModelAsync(new() { Model = "nope" }).ResponseAsync, UnknownModel),
        new("unknown model, listed", ErrorCode.ModelNotFound, static c => c.ListSessionsAsync(new() { Model = "nope" }).ResponseAsync, UnknownModel),
        new("broken model", ErrorCode.ModelLoadFailed, static c => c.GetModelAsync(new() { Model = "broken" }).ResponseAsync, BrokenModel.Detail, ("model", "broken")),
        new("exists", ErrorCode.SessionExists, static c => c.OpenSessionAsync(new() { SessionId = "err", Model = "nyc-taxi" }).ResponseAsync, Exists, ("step", "3")),
        new("not found", ErrorCode.SessionNotFound, static c => c.StepAsync(new() { SessionId = "nobody" }).ResponseAsync, NotFound, ("session_id", "nobody")),
        new("closed", ErrorCode.SessionClosed, static c => c.CloseSessionAsync(new() { SessionId = "err-closed" }).ResponseAsync, Closed, ("step", "0")),
        new("other model", ErrorCode.SessionModelMismatch, static c => c.OpenSessionAsync(new() { SessionId = "err", Model = "char-lm", Mode = OpenMode.CreateOrResume }).ResponseAsync, Mismatch),
        new("page size", ErrorCode.InvalidPageSize, static c => c.ListSessionsAsync(new() { PageSize = 1001 }).ResponseAsync, PageSize, ("page_size", "1001")),
        new("page token", ErrorCode.InvalidPageToken, static c => c.ListSessionsAsync(new() { PageToken = "!" }).ResponseAsync, PageToken),
        new("gap", ErrorCode.StepGap, static c => Send(c, 6, TestModels.X()), Gap, ("expected_step", "4")),
        new("too old", ErrorCode.StepTooOld, static c => Send(c, 1, TestModels.X()), TooOld, ("expected_step", "4")),
        new("other input", ErrorCode.StepConflict, static c => Send(c, 2, [.. TestModels.X(1), .. TestModels.X(3)], 2),
            "Session 'err' has done step 2 with another input: x[5] was 10846, now it is 10847. Send the same input again, or go on with step 4; " + Unchanged, ("step", "2")),
        new("gates not kept", ErrorCode.GatesNotKept,
            static c => c.StepAsync(new() { SessionId = "err", Step = 2, Count = 2, X = { TestModels.X(1).Concat(TestModels.X(2)) }, WantGates = true }).ResponseAsync, NoGates),
        new("too many steps", ErrorCode.ChunkTooLarge, static c => Send(c, 4, TestModels.X(), 4097),
            "Expected at most 4096 steps in a message (Lstm:Sessions:MaxStepsPerMessage) but got 4097. Send several messages.", ("count", "4097")),
        new("too few values", ErrorCode.InputShape, static c => Send(c, 4, [1, 2, 3, 4]), Shape, ("expected", "5"), ("found", "4")),
        new("too few values in a chunk", ErrorCode.InputShape, static c => Send(c, 4, [1, 2, 3, 4, 5], 3), "Expected 15 values (3 steps of 5, input_size of model 'nyc-taxi') but got 5.", ("expected", "15")),
        new("NaN", ErrorCode.InputNotFinite, static c => Send(c, 4, [10844, 0, 1, float.NaN, 0.62f]), NotFinite, ("value", "NaN")),
        new("infinity in a chunk", ErrorCode.InputNotFinite, static c => Send(c, 4, [1, 2, 3, 4, 5, 1, float.PositiveInfinity, 3, 4, 5], 2),
            "Expected finite values but got Infinity at index 1 of step 2 of the message (model 'nyc-taxi'). Fill or drop missing values first.", ("index", "1"), ("row", "2")),
        new("token out of range", ErrorCode.InputRange, static c => c.StepAsync(new() { SessionId = "err-char", X = { 70 } }).ResponseAsync, Range),
        .. PredictErrorCases.Grpc,
    ];

    private static Task<StepReply> Send(Inference.InferenceClient client, ulong step, float[] x, uint count = 1) =>
        client.StepAsync(new() { SessionId = "err", Step = step, X = { x }, Count = count }).ResponseAsync;
}
