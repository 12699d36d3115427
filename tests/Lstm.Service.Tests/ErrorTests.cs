using System.Text.Json;
using Grpc.Core;
using Lstm.Service.Errors;
using Lstm.Service.Tests.Errors;
using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>Every refusal, on both faces, with its full text; and the state is as before.</summary>
public sealed class ErrorTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private RunningService Service => fixture.Service;

    public static TheoryData<string> HttpNames => [.. ErrorCases.Http.Select(static c => c.Name)];

    public static TheoryData<string> GrpcNames => [.. ErrorCases.Grpc.Select(static c => c.Name)];

    /// <summary>Session "err" has done step 1 and the chunk 2 to 3; "err-char" runs char-lm; "err-closed" was closed.</summary>
    public async Task InitializeAsync()
    {
        foreach (var (id, model) in new[] { ("err", "nyc-taxi"), ("err-char", "char-lm"), ("err-closed", "nyc-taxi") })
            await Service.Grpc.OpenSessionAsync(new() { SessionId = id, Model = model, Mode = OpenMode.CreateOrResume });
        if ((await Service.Grpc.GetSessionAsync(new() { SessionId = "err" })).Step == 0)
        {
            await Service.Grpc.StepAsync(new() { SessionId = "err", Step = 1, X = { TestModels.X() } });
            await Service.Grpc.StepAsync(new() { SessionId = "err", Step = 2, Count = 2, X = { TestModels.X(1).Concat(TestModels.X(2)) } });
        }

        await Service.Grpc.CloseSessionAsync(new() { SessionId = "err-closed" });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory, MemberData(nameof(HttpNames))]
    public async Task Http_Refusal_IsAProblemWithReasonAndText(string name)
    {
        var expected = Assert.Single(ErrorCases.Http, c => c.Name == name);
        string before = await Service.StateAsync("err");
        using var request = new HttpRequestMessage(new(expected.Method), expected.Path);
        if (expected.Body is not null)
            request.Content = new StringContent(expected.Body, System.Text.Encoding.UTF8, expected.ContentType);

        using var response = await Service.Http.SendAsync(request);

        var entry = ErrorMap.Get(expected.Code);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(expected.Detail, problem.GetProperty("detail").GetString());
        Assert.Equal(entry.Http, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(entry.Reason, problem.GetProperty("reason").GetString());
        Assert.Equal(entry.Title, problem.GetProperty("title").GetString());
        Assert.Equal(entry.Http, problem.GetProperty("status").GetInt32());
        Assert.Equal($"/errors/{entry.Reason}", problem.GetProperty("type").GetString());
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("trace_id").GetString());
        foreach (var (key, value) in expected.Metadata)
            Assert.Equal(value, problem.GetProperty("metadata").GetProperty(key).GetString());
        Assert.Equal(before, await Service.StateAsync("err"));
    }

    [Theory, MemberData(nameof(GrpcNames))]
    public async Task Grpc_Refusal_CarriesErrorInfoInItsTrailers(string name)
    {
        var expected = Assert.Single(ErrorCases.Grpc, c => c.Name == name);
        string before = await Service.StateAsync("err");

        var refusal = await GrpcRefusal.OfAsync(() => expected.Call(Service.Grpc));

        var entry = ErrorMap.Get(expected.Code);
        Assert.Equal(expected.Detail, refusal.Message);
        Assert.Equal(entry.Grpc, refusal.Code);
        Assert.Equal(entry.Reason, refusal.Info.Reason);
        foreach (var (key, value) in expected.Metadata)
            Assert.Equal(value, refusal.Info.Metadata[key]);
        Assert.Equal(before, await Service.StateAsync("err"));
    }

    [Fact]
    public async Task Grpc_FloatInputThatTheGraphUsesAsToken_IsCheckedLikeOne()
    {
        // The file declares float32 and casts to an index of a table inside the graph.
        await using var service = await RunningService.StartAsync("--models", Repository.Path("tests", "data", "zoo", "keras_embedding_lstm"));
        string id = await service.OpenAsync("model");
        string before = await service.StateAsync(id);

        var refusal = await GrpcRefusal.OfAsync(async () => await service.Grpc.StepAsync(new() { SessionId = id, X = { 1e6f } }));

        Assert.Equal((StatusCode.InvalidArgument, "INPUT_RANGE"), (refusal.Code, refusal.Info.Reason));
        Assert.Equal(before, await service.StateAsync(id));
    }

    [Fact]
    public async Task Grpc_MessageTooLarge_IsResourceExhaustedWithErrorInfo()
    {
        var request = new StepRequest { SessionId = "err", X = { new float[300_000] } };
        string before = await Service.StateAsync("err");

        var unary = await GrpcRefusal.OfAsync(async () => await Service.Grpc.StepAsync(request));
        using var stream = Service.Grpc.Stream();
        await stream.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, SessionId = "err", Mode = V1.OpenMode.Resume } });
        Assert.True(await stream.ResponseStream.MoveNext(default));
        // The service refuses the message on its first five bytes; whether the rest can still be sent is a matter of timing.
        await Record.ExceptionAsync(() => stream.RequestStream.WriteAsync(new() { Step = new() { Handle = 1, X = { request.X } } }));
        var streamed = await GrpcRefusal.OfAsync(() => stream.ResponseStream.MoveNext(default));

        foreach (var refusal in new[] { unary, streamed })
        {
            Assert.Equal(StatusCode.ResourceExhausted, refusal.Code);
            Assert.Contains("the limit is 1048576 bytes", refusal.Message, StringComparison.OrdinalIgnoreCase);
            Assert.Equal("MESSAGE_TOO_LARGE", refusal.Info.Reason);
            Assert.Equal("1048576", refusal.Info.Metadata["max_bytes"]);
            Assert.Equal("Lstm:Grpc:MaxMessageBytes", refusal.Info.Metadata["option"]);
        }
        Assert.Equal(before, await Service.StateAsync("err"));
    }

    [SkippableFact]
    public async Task Grpc_MessageWithoutStepsTooLarge_TellsTheMethodsOwnLimit()
    {
        Skip.IfNot(GrpcLayer.IsOurs, "With Grpc.AspNetCore it is Kestrel that keeps a method's limit, and the call ends with UNKNOWN.");

        var refusal = await GrpcRefusal.OfAsync(async () => await Service.Grpc.CloseSessionAsync(new() { SessionId = new string('m', 20_000) }));

        Assert.Equal(StatusCode.ResourceExhausted, refusal.Code);
        Assert.Equal("MESSAGE_TOO_LARGE", refusal.Info.Reason);
        Assert.Equal("16384", refusal.Info.Metadata["max_bytes"]);
        Assert.False(refusal.Info.Metadata.ContainsKey("option"));
    }

    [Fact]
    public async Task AnyFace_UnexpectedException_IsInternalWithoutDetailsAndIsLogged()
    {
        string before = await Service.StateAsync("err");
        Service.Clock.Reading = static () => throw new InvalidOperationException("The clock is broken: a secret detail.");
        var (status, problem) = await Service.SendAsync("POST", "/v1/sessions/err:step", """{"x": [10847, 0, 1, 0.78, 0.62]}""");
        var refusal = await GrpcRefusal.OfAsync(async () => await Service.Grpc.OpenSessionAsync(new() { Model = "nyc-taxi" }));
        Service.Clock.Reading = null;

        Assert.Equal(500, status);
        Assert.Equal("INTERNAL", problem.GetProperty("reason").GetString());
        Assert.Equal(StatusCode.Internal, refusal.Code);
        Assert.Equal("INTERNAL", refusal.Info.Reason);
        const string text = "The service failed; the state is as before. Its log has the details under the trace id.";
        Assert.Equal(text, problem.GetProperty("detail").GetString());
        Assert.Equal(text, refusal.Message);
        var errors = Service.TakeErrors();
        Assert.Equal(2, errors.Count);
        Assert.All(errors, static e => Assert.Contains("a secret detail", e, StringComparison.Ordinal));
        Assert.Equal(before, await Service.StateAsync("err"));
    }

    [Fact]
    public void ErrorMap_HasEveryCodeOnceAndReasonsInUpperSnakeCase()
    {
        Assert.Equal(Enum.GetValues<ErrorCode>(), ErrorMap.All.Select(static e => e.Code).Order());
        foreach (var entry in ErrorMap.All)
        {
            Assert.Equal(entry.Reason, JsonNamingPolicy.SnakeCaseUpper.ConvertName(entry.Code.ToString()));
            Assert.InRange(entry.Http, 400, 599);
            Assert.NotEqual(StatusCode.OK, entry.Grpc);
        }
    }

    [Fact]
    public void EveryCode_IsAssertedSomewhere()
    {
        // Those that need a service of their own, a stream, a header or a broken clock have their own tests.
        ErrorCode[] elsewhere =
        [
            ErrorCode.InvalidTenant, ErrorCode.ModelLoading, ErrorCode.RunTooLong, ErrorCode.NotStreamable, ErrorCode.SessionExpired, ErrorCode.TooManySessions, ErrorCode.QueueFull, ErrorCode.StreamNotOpened, ErrorCode.StreamRequestEmpty, ErrorCode.StreamRequestPieces,
            ErrorCode.HandleInUse,
            ErrorCode.HandleNotOpen, ErrorCode.TooManyHandles, ErrorCode.BatchEmpty, ErrorCode.BatchTooLarge, ErrorCode.BatchSteps, ErrorCode.BatchHandleTwice, ErrorCode.BatchModelsDiffer,
            ErrorCode.SessionInputs, ErrorCode.SessionInputsTooLarge, ErrorCode.ShuttingDown, ErrorCode.Internal, ErrorCode.BadRequest,
        ];
        var asserted = ErrorCases.Http.Select(static c => c.Code).Concat(ErrorCases.Grpc.Select(static c => c.Code)).Concat(elsewhere);
        Assert.Empty(Enum.GetValues<ErrorCode>().Except(asserted));
    }
}
