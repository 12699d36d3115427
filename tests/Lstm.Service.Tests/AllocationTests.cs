using System.Text.Json;
using Lstm.Service.Models;
using Lstm.Service.Sessions;
using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using OpenMode = Lstm.Service.Sessions.OpenMode;
using Session = Lstm.Service.Sessions.Session;

namespace Lstm.Service.Tests;

/// <summary>
/// benchmarks/allocations.json: bytes that may be allocated per step, once warm. On streams the whole process is measured, server and all,
/// over a real socket. What is below its budget by more than a third should have its budget lowered: that is a success to keep.
/// </summary>
public sealed class AllocationTests
{
    private const int WarmUps = 3000;
    private const int Rounds = 2000;
    private const int Together = 256;

    private static readonly Dictionary<string, double> Budget =
        JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(Repository.Path("benchmarks", "allocations.json"))) ?? [];

    [Fact]
    public async Task EngineAndSessions_AllocateWithinTheBudget()
    {
        await using var service = await RunningService.StartAsync();
        var registry = service.Services.GetRequiredService<SessionRegistry>();
        var model = service.Services.GetRequiredService<ModelCatalog>().Get("nyc-taxi").Model;
        Session[] sessions = [.. Enumerable.Range(0, Together).Select(n => registry.Open("", "nyc-taxi", OpenMode.Create, [], out _))];
        var (state, x, y) = (model.CreateState(), TestModels.X(), new float[3]);
        var group = new StepGroup();

        AssertWithin("engine_step", PerStep(1, () => model.Step(state, x, y)));
        AssertWithin("session_step", PerStep(1, () => Step(group, sessions.AsSpan(0, 1), x)));
        AssertWithin("session_batch_256", PerStep(Together, () => Step(group, sessions, x)));
    }

    [SkippableFact]
    public async Task Stream_OverASocket_AllocatesWithinTheBudget()
    {
        Skip.IfNot(GrpcLayer.IsOurs, "The budget is that of src/Lstm.Grpc.");

        await using var service = await RunningService.StartAsync();
        using var stream = new RawStream(service.GrpcPort);
        for (uint handle = 1; handle <= Together; handle++)
            stream.Ask(RawStream.Frame(new() { Open = new() { Handle = handle, Model = "nyc-taxi" } }), 1);
        byte[] one = RawStream.Frame(new() { Step = new() { Handle = 1, X = { TestModels.X() } } });
        byte[] many = RawStream.Frame(new() { Batch = new() { Handles = { Enumerable.Range(1, Together).Select(static n => (uint)n) }, X = { Enumerable.Range(0, Together).SelectMany(TestModels.X) } } });
        byte[] notOpen = RawStream.Frame(new() { Batch = new() { Handles = { Enumerable.Range(1000, Together).Select(static n => (uint)n) } } });

        AssertWithin("stream_one_step_a_message", PerStep(1, () => stream.Ask(one, 1)));
        AssertWithin("stream_batch_256", PerStep(Together, () => Assert.InRange(stream.Ask(many, 1), Together * 3 * sizeof(float), 16_384)));
        AssertWithin("stream_batch_256_not_open", PerStep(Together, () => Assert.InRange(stream.Ask(notOpen, 1), Together * 100, Together * 200)));
    }

    private static void Step(StepGroup group, ReadOnlySpan<Session> sessions, float[] x)
    {
        group.Clear();
        foreach (var session in sessions)
            group.Add(new() { Session = session }, x);
        Assert.True(group.RunAsync().AsTask().IsCompletedSuccessfully); // Nobody else steps: it is done already.
        Assert.Null(group[0].Fault);
    }

    // The smallest of several turns: what happens beside (timers, metrics, the test's own runner) is not the step's.
    private static double PerStep(int together, Action step)
    {
        for (int n = 0; n < WarmUps; n++)
            step();
        double least = double.MaxValue;
        for (int turn = 0; turn < 5; turn++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int n = 0; n < Rounds / 5; n++)
                step();
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) * 5.0 / Rounds / together);
        }

        return least;
    }

    private static void AssertWithin(string what, double bytes) => Assert.True(
        Math.Round(bytes, 1) <= Budget[what], $"{what} allocated {bytes:0.0} bytes per step; benchmarks/allocations.json allows {Budget[what]}.");
}
