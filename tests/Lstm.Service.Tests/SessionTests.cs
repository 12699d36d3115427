using Grpc.Core;
using Lstm.Service.Sessions;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Microsoft.Extensions.DependencyInjection;
using OpenMode = Lstm.V1.OpenMode;

namespace Lstm.Service.Tests;

/// <summary>Opening, resuming, listing, ending; and that nothing ends without a cause (law 4).</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task Open_WithoutId_MakesOneThatIsValidAndNew()
    {
        await using var service = await RunningService.StartAsync();
        string a = await service.OpenAsync(), b = await service.OpenAsync();
        Assert.NotEqual(a, b);
        Assert.True(SessionId.IsValid(a));
    }

    [Fact]
    public async Task Open_CreateOrResume_CreatesThenResumes()
    {
        await using var service = await RunningService.StartAsync();
        var request = new OpenSessionRequest { SessionId = "s", Model = "nyc-taxi", Mode = OpenMode.CreateOrResume };

        var created = await service.Grpc.OpenSessionAsync(request);
        await service.Grpc.StepAsync(new() { SessionId = "s", X = { TestModels.X() } });
        service.Clock.Advance(TimeSpan.FromSeconds(5));
        var resumed = await service.Grpc.OpenSessionAsync(request);

        Assert.Equal(
            new V1.Session { SessionId = "s", Model = "nyc-taxi", CreatedAt = "2026-01-31T12:00:00.000Z", InputSize = 5, OutputSize = 3 }, created);
        Assert.Equal(
            new V1.Session
            {
                SessionId = "s", Model = "nyc-taxi", Step = 1, CreatedAt = "2026-01-31T12:00:00.000Z", LastStepAt = "2026-01-31T12:00:00.000Z",
                Resumed = true, InputSize = 5, OutputSize = 3,
            },
            resumed);
    }

    [Fact]
    public async Task Open_AfterClose_StartsAnew()
    {
        await using var service = await RunningService.StartAsync();
        await service.OpenAsync(id: "s");
        await service.Grpc.StepAsync(new() { SessionId = "s", X = { TestModels.X() } });
        var closed = await service.Grpc.CloseSessionAsync(new() { SessionId = "s" });
        await service.OpenAsync(id: "s");

        Assert.Equal(1ul, closed.Step);
        Assert.Equal(0ul, (await service.Grpc.GetSessionAsync(new() { SessionId = "s" })).Step);
    }

    [Fact]
    public async Task Idle_LongerThanTheLimit_EndsTheSessionAndTellsWhy()
    {
        await using var service = await RunningService.StartAsync("--idle-timeout", "00:10:00");
        await service.OpenAsync(id: "idle");
        await service.OpenAsync(id: "used");
        service.Clock.Advance(TimeSpan.FromMinutes(9));
        await service.Grpc.StepAsync(new() { SessionId = "used", X = { TestModels.X() } });
        await Wait.UntilAsync(async () =>
        {
            service.Clock.Advance(TimeSpan.FromSeconds(11)); // Past the next sweep, not past the limit of "used".
            return (await service.Grpc.ListSessionsAsync(new())).Total == 1;
        }, "one of two sessions expires");

        Assert.Equal("used", Assert.Single((await service.Grpc.ListSessionsAsync(new())).Sessions).SessionId);
        foreach (var call in new Func<Task>[]
        {
            async () => await service.Grpc.StepAsync(new() { SessionId = "idle", X = { TestModels.X() } }),
            async () => await service.Grpc.OpenSessionAsync(new() { SessionId = "idle", Mode = OpenMode.Resume }),
            async () => await service.Grpc.CloseSessionAsync(new() { SessionId = "idle" }),
        })
        {
            var refusal = await GrpcRefusal.OfAsync(call);
            Assert.Equal(StatusCode.NotFound, refusal.Code);
            Assert.Equal("SESSION_EXPIRED", refusal.Info.Reason);
            Assert.Matches(
                @"^Session 'idle' \(model 'nyc-taxi', 0 steps done\) ended at 2026-01-31T12:1\d:\d\d\.000Z: it was idle for 00:10:00 \(Lstm:Sessions:IdleTimeout\)\. Create it again and replay its steps\.$",
                refusal.Message);
        }

        var (status, problem) = await service.SendAsync("GET", "/v1/sessions/idle");
        Assert.Equal(410, status);
        Assert.Equal("SESSION_EXPIRED", problem.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Tombstones_BeyondTheirLimit_ForgetTheOldest()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Sessions:MaxTombstones", "2");
        foreach (string id in new[] { "a", "b", "c" })
        {
            await service.OpenAsync(id: id);
            await service.Grpc.CloseSessionAsync(new() { SessionId = id });
        }

        var reasons = new List<string>();
        foreach (string id in new[] { "a", "b", "c" })
            reasons.Add((await GrpcRefusal.OfAsync(async () => await service.Grpc.GetSessionAsync(new() { SessionId = id }))).Info.Reason);

        Assert.Equal(["SESSION_NOT_FOUND", "SESSION_CLOSED", "SESSION_CLOSED"], reasons);
    }

    [Fact]
    public async Task Open_BeyondTheLimit_IsRefusedAndTheOthersLive()
    {
        await using var service = await RunningService.StartAsync("--max-sessions", "2");
        await service.OpenAsync(id: "a");
        await service.OpenAsync(id: "b");

        var refusal = await GrpcRefusal.OfAsync(() => service.OpenAsync(id: "c"));
        var (status, problem) = await service.SendAsync("POST", "/v1/sessions", """{"model": "nyc-taxi"}""");

        const string text = "2 sessions are open, as many as allowed (Lstm:Sessions:MaxSessions). Close some or raise the limit; live sessions are never dropped for new ones.";
        Assert.Equal((StatusCode.ResourceExhausted, text, "TOO_MANY_SESSIONS"), (refusal.Code, refusal.Message, refusal.Info.Reason));
        Assert.Equal((429, text, "TOO_MANY_SESSIONS"), (status, problem.GetProperty("detail").GetString(), problem.GetProperty("reason").GetString()));
        await service.Grpc.CloseSessionAsync(new() { SessionId = "a" });
        await service.OpenAsync(id: "c");
        Assert.Equal(2ul, (await service.Grpc.ListSessionsAsync(new())).Total);
    }

    [Fact]
    public async Task Step_WithTooManyWaiting_IsRefusedWithQueueFull()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Sessions:MaxWaitingPerSession", "1");
        await service.OpenAsync(id: "busy");
        using var reached = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        service.Clock.Reading = () =>
        {
            reached.Set();
            leave.Wait();
        };
        // A step reads the clock when its turn has come: it keeps the session busy until the clock answers.
        var first = Task.Run(() => StepAsync(service, 1));
        await Wait.UntilAsync(() => Task.FromResult(reached.IsSet), "the first step is under way");

        var others = new[] { Task.Run(() => StepAsync(service, 0)), Task.Run(() => StepAsync(service, 0)) };
        var refused = await Task.WhenAny(others);
        var refusal = await GrpcRefusal.OfAsync(() => refused);
        var (status, problem) = await service.SendAsync("POST", "/v1/sessions/busy:step", """{"x": [1, 2, 3, 4, 5]}""");
        service.Clock.Reading = null;
        leave.Set();

        const string text = "1 requests already wait for session 'busy', as many as allowed (Lstm:Sessions:MaxWaitingPerSession). Nothing was done; send the same request again a little later.";
        Assert.Equal((StatusCode.ResourceExhausted, text, "QUEUE_FULL"), (refusal.Code, refusal.Message, refusal.Info.Reason));
        Assert.Equal((429, text, "QUEUE_FULL"), (status, problem.GetProperty("detail").GetString(), problem.GetProperty("reason").GetString()));
        Assert.Equal(1ul, (await first).Step);
        Assert.Equal(2ul, (await others.Single(o => o != refused)).Step);
    }

    [Fact]
    public async Task List_WithTooManyWaiting_IsRefusedWithQueueFull()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Sessions:MaxWaitingLists", "0");
        await service.OpenAsync(id: "a");
        var registry = service.Services.GetRequiredService<SessionRegistry>();
        int running = Math.Max(1, Environment.ProcessorCount / 2);
        using var made = new CountdownEvent(running);
        using var leave = new ManualResetEventSlim();
        var busy = Enumerable.Range(0, running).Select(_ => Task.Factory.StartNew(
            () => registry.ListAsync("", 0, "", page =>
            {
                made.Signal();
                leave.Wait();
                return page.Total;
            }, default).AsTask(), default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToArray();
        await Wait.UntilAsync(() => Task.FromResult(made.IsSet), "lists are under way");

        var refusal = await GrpcRefusal.OfAsync(async () => await service.Grpc.ListSessionsAsync(new()));
        var (status, problem) = await service.SendAsync("GET", "/v1/sessions");
        leave.Set();

        const string text = "0 requests already wait for lists of sessions, as many as allowed (Lstm:Sessions:MaxWaitingLists). Nothing was done; send the same request again a little later.";
        Assert.Equal((StatusCode.ResourceExhausted, text, "QUEUE_FULL"), (refusal.Code, refusal.Message, refusal.Info.Reason));
        Assert.Equal((429, text, "QUEUE_FULL"), (status, problem.GetProperty("detail").GetString(), problem.GetProperty("reason").GetString()));
        Assert.Equal(Enumerable.Repeat(1, running), await Task.WhenAll(busy));
        Assert.Equal(1ul, (await service.Grpc.ListSessionsAsync(new())).Total);
    }

    [Fact]
    public async Task List_InPages_GivesEverySessionOnceInOrder()
    {
        await using var service = await RunningService.StartAsync();
        for (int i = 0; i < 25; i++)
            await service.OpenAsync(i % 5 == 0 ? "char-lm" : "nyc-taxi", $"s{i:00}");

        var ids = new List<string>();
        var request = new ListSessionsRequest { PageSize = 10 };
        do
        {
            var page = await service.Grpc.ListSessionsAsync(request);
            Assert.Equal(25ul, page.Total);
            ids.AddRange(page.Sessions.Select(static s => s.SessionId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(Enumerable.Range(0, 25).Select(static i => $"s{i:00}"), ids);
        var (_, http) = await service.SendAsync("GET", "/v1/sessions?model=char-lm&page_size=3");
        Assert.Equal(5, http.GetProperty("total").GetInt32());
        Assert.Equal(["s00", "s05", "s10"], http.GetProperty("sessions").EnumerateArray().Select(static s => s.GetProperty("session_id").GetString()));
        Assert.NotEqual("", http.GetProperty("next_page_token").GetString());
    }

    private static async Task<StepResult> StepAsync(RunningService service, ulong step) =>
        (await service.Grpc.StepAsync(new() { SessionId = "busy", Step = step, X = { TestModels.X() } })).Result;
}
