using Lstm.Engine;
using Lstm.Service.Sessions;
using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Lstm.Service.Tests;

/// <summary>States lie in slabs: rows are apart, start from the model's state, and are used again.</summary>
public sealed class StatePoolTests
{
    private static readonly Model Taxi = Model.Load(Repository.Path("models", "nyc-taxi", "model.onnx"));

    [Fact]
    public void Rent_ManyRows_AreApartAndClean()
    {
        var pool = new StatePool(Taxi);
        int floats = pool.StateSize + pool.InputWords + pool.OutputWords;
        (float[] Slab, int Row)[] rows = [.. Enumerable.Range(0, 2900).Select(_ => pool.Rent())];
        for (int n = 0; n < rows.Length; n++)
            rows[n].Slab.AsSpan(rows[n].Row, floats).Fill(n);

        Assert.All(Enumerable.Range(0, rows.Length), n => Assert.True(rows[n].Slab.AsSpan(rows[n].Row, floats).IndexOfAnyExcept((float)n) < 0, $"row {n} was written by another"));
        Assert.Equal(3, rows.Select(static r => r.Slab).Distinct().Count()); // 992 rows of 1,056 bytes in a MiB
        foreach (var row in rows)
            pool.Return(row.Slab, row.Row);
        (float[] Slab, int Row)[] again = [.. Enumerable.Range(0, 2900).Select(_ => pool.Rent())];
        Assert.Equal(rows.ToHashSet(), again.ToHashSet());
        Assert.All(again, row => Assert.True(row.Slab.AsSpan(row.Row, pool.StateSize).IndexOfAnyExcept(0f) < 0));
    }

    [Fact]
    public async Task Open_AfterAnotherEnded_StartsFromAFreshStateInItsRow()
    {
        await using var service = await RunningService.StartAsync();
        string first = await service.OpenAsync();
        string fresh = await service.StateAsync(first);
        await service.Grpc.StepAsync(new() { SessionId = first, X = { TestModels.X() } });
        await service.Grpc.CloseSessionAsync(new() { SessionId = first });

        string second = await service.OpenAsync();

        Assert.Equal(fresh, await service.StateAsync(second));
        var refusal = await GrpcRefusal.OfAsync(async () => await service.Grpc.StepAsync(new() { SessionId = first, X = { TestModels.X() } }));
        Assert.Equal("SESSION_CLOSED", refusal.Info.Reason);
        Assert.Equal(fresh, await service.StateAsync(second));
    }

    [Fact]
    public async Task Sessions_ThatAreIdle_TakeTheirStateAndAQuarterOfAKilobyte()
    {
        const int count = 90_000;
        await using var service = await RunningService.StartAsync("--max-sessions", "1000000");
        var registry = service.Services.GetRequiredService<SessionRegistry>();
        double each = double.MaxValue;
        // The least of several turns: what happens beside (other hosts' metrics, the test's runner) is not the sessions'.
        for (int turn = 0; turn < 3; turn++)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            for (int n = 0; n < count; n++)
                registry.Open($"session{turn}-{n:0000000}", "nyc-taxi", OpenMode.Create, [], out _);
            each = Math.Min(each, (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count);
        }

        Assert.InRange(each, 1024, 1024 + 256);
    }

    [Fact]
    public async Task Chunks_AndGates_AreForgottenWithTheNextStep()
    {
        const int count = 1000, steps = 500;
        await using var service = await RunningService.StartAsync();
        var registry = service.Services.GetRequiredService<SessionRegistry>();
        Session[] sessions = [.. Enumerable.Range(0, count).Select(n => registry.Open($"chunk-{n}", "nyc-taxi", OpenMode.Create, [], out bool _))];
        float[] chunk = [.. Enumerable.Range(0, steps).SelectMany(TestModels.X)];
        for (int lane = 0; lane < Environment.ProcessorCount; lane++) // Each is made when the first caller comes for it.
            await StepAsync(sessions[0], TestModels.X(), 1);
        (double kept, double after) = (0, double.MaxValue);
        // The best of several turns: memory of servers that other tests have stopped goes meanwhile, megabytes at a time.
        for (int turn = 0; turn < 3; turn++)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            foreach (var session in sessions)
                await StepAsync(session, chunk, steps);
            kept = Math.Max(kept, (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count);
            foreach (var session in sessions)
                await StepAsync(session, TestModels.X(), 1);
            after = Math.Min(after, (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count);
        }

        // Inputs and outputs of the chunk, so that its reply can be had again.
        Assert.InRange(kept, 0.9 * steps * 8 * sizeof(float), double.MaxValue);
        Assert.InRange(after, double.MinValue, 500);
    }

    private static async Task StepAsync(Session session, float[] x, int count)
    {
        var group = new StepGroup();
        group.Add(new() { Session = session, AskedCount = (uint)count }, x);
        await group.RunAloneAsync();
    }
}
