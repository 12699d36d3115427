using Grpc.Core;
using Lstm.Service.Grpc;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.Service.Sessions;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Microsoft.Extensions.DependencyInjection;
using OpenMode = Lstm.V1.OpenMode;

namespace Lstm.Service.Tests;

/// <summary>Every queue and count has a limit, and the limit holds when many come at once (law 7).</summary>
public sealed class BackpressureTests
{
    [Fact]
    public async Task Step_WhenTheModelsQueueIsFull_IsRefusedAndTheOthersAreDone()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Models:MaxQueue", "1", "--Lstm:Models:Lanes", "1");
        string[] ids = [await service.OpenAsync(), await service.OpenAsync(), await service.OpenAsync(), await service.OpenAsync()];
        using var busy = new BusyModel();
        var first = Task.Run(() => StepAsync(service, ids[0]));
        await busy.UntilBusyAsync();

        var others = ids[1..].Select(id => Task.Run(() => StepAsync(service, id))).ToList();
        var refused = new[] { await TakeFirstAsync(others), await TakeFirstAsync(others) };
        busy.Release();

        foreach (var one in refused)
        {
            var refusal = await GrpcRefusal.OfAsync(() => one);
            Assert.Equal((StatusCode.ResourceExhausted, "QUEUE_FULL"), (refusal.Code, refusal.Info.Reason));
            Assert.Equal("1 requests already wait for a lane of model 'nyc-taxi', as many as allowed (Lstm:Models:MaxQueue). Nothing was done; send the same request again a little later.", refusal.Message);
        }

        Assert.Equal(1ul, (await first).Step);
        Assert.Equal(1ul, (await Assert.Single(others)).Step);
        var sessions = (await service.Grpc.ListSessionsAsync(new())).Sessions;
        Assert.Equal(2, sessions.Count(static s => s.Step == 1));
        Assert.Equal(2, sessions.Count(static s => s.Step == 0));
    }

    [Fact]
    public async Task Open_ByManyAtOnce_KeepsTheLimitExactly()
    {
        await using var service = await RunningService.StartAsync("--max-sessions", "10");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => ReasonAsync(() => service.OpenAsync()))));

        Assert.Equal(10, outcomes.Count(static o => o.Length == 0));
        Assert.Equal(54, outcomes.Count(static o => o == "TOO_MANY_SESSIONS"));
        Assert.Equal(10ul, (await service.Grpc.ListSessionsAsync(new())).Total);
    }

    [Fact]
    public async Task OneId_OpenedSteppedAndClosedByManyAtOnce_AlwaysSaysWhy()
    {
        await using var service = await RunningService.StartAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() => ReasonAsync(async () =>
        {
            if (i % 3 == 0)
                await service.Grpc.OpenSessionAsync(new() { SessionId = "one", Model = "nyc-taxi", Mode = OpenMode.CreateOrResume });
            else if (i % 3 == 1)
                await service.Grpc.StepAsync(new() { SessionId = "one", X = { TestModels.X() } });
            else
                await service.Grpc.CloseSessionAsync(new() { SessionId = "one" });
        }))));

        // Before the first open there is no session; afterwards it lives or was closed, and nothing else is ever said.
        Assert.Empty(outcomes.Except(["", "SESSION_NOT_FOUND", "SESSION_CLOSED", "QUEUE_FULL"]));
        ulong total = (await service.Grpc.ListSessionsAsync(new())).Total;
        Assert.InRange(total, 0ul, 1ul);
        await service.Grpc.OpenSessionAsync(new() { SessionId = "one", Model = "nyc-taxi", Mode = OpenMode.CreateOrResume });
        Assert.Equal(1ul, (await service.Grpc.ListSessionsAsync(new())).Total);
    }

    private static async Task<StepResult> StepAsync(RunningService service, string id) =>
        (await service.Grpc.StepAsync(new() { SessionId = id, Step = 1, X = { TestModels.X() } })).Result;

    private static async Task<Task<StepResult>> TakeFirstAsync(List<Task<StepResult>> tasks)
    {
        var first = await Task.WhenAny(tasks);
        tasks.Remove(first);
        return first;
    }

    private static async Task<string> ReasonAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException e)
        {
            return Google.Rpc.Status.Parser.ParseFrom(e.Trailers.GetValueBytes("grpc-status-details-bin")).Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason;
        }
    }

    [Fact]
    public async Task Stream_ClientThatNeverPauses_GetsItsRepliesAllTheSame()
    {
        const int steps = 500, mostUnsent = 16 << 10;
        var requests = new EndlessRequests(
            new() { Open = new() { Handle = 1, Model = "nyc-taxi" } },
            Enumerable.Range(1, steps).Select(static n => new StreamRequest { Step = new() { Handle = 1, X = { TestModels.X() }, WantState = true } }));
        var replies = new RepliesSent();
        await using var service = await RunningService.StartAsync();
        var services = service.Services;
        var stream = new SessionStream(
            services.GetRequiredService<SessionRegistry>(), "", services.GetRequiredService<CallBoundary>(), services.GetRequiredService<GrpcOptions>(), services.GetRequiredService<LstmMeter>());

        await stream.RunAsync(requests, replies, default, default);

        Assert.Equal(steps + 1, replies.Count);
        Assert.InRange(replies.MostUnsentBytes, 1, mostUnsent + 1500); // up to the one reply that reaches the limit: 256 floats of state
        Assert.InRange(replies.Flushes, steps * 1000 / mostUnsent, steps / 2);
    }
}
