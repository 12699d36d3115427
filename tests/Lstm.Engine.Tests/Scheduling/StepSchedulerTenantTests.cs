using Lstm.Engine.Scheduling;

namespace Lstm.Engine.Tests.Scheduling;

/// <summary>Who steps in which batch, and who may wait, when several tenants have steps.</summary>
public sealed class StepSchedulerTenantTests
{
    [Fact]
    public async Task Batch_WithAHundredStreamsOfOneTenant_HasTheOneOfAnother()
    {
        using var busy = new BusyScheduler(maxBatch: 8);
        for (int n = 0; n < 100; n++)
        {
            busy.Add("a");
        }
        busy.Add("b");

        IReadOnlyList<string> batches = await busy.RunAsync();

        Assert.Equal(["a 7, b 1", .. Enumerable.Repeat("a 8", 11), "a 5"], batches);
    }

    [Fact]
    public async Task Batch_OfThoseWithNameAndThoseWithout_IsSharedEqually()
    {
        using var busy = new BusyScheduler(maxBatch: 4);
        busy.Add("", sessions: 4, name: "nobody");
        busy.Add("a", sessions: 4);

        Assert.Equal(["a 2, nobody 2", "a 2, nobody 2"], await busy.RunAsync());
    }

    // What c does not need is shared equally by the others, and of a tenant's places each job has its share.
    [Fact]
    public async Task Batch_IsSharedOverTenantsFirstAndOverTheirJobsThen()
    {
        using var busy = new BusyScheduler(maxBatch: 9);
        busy.Add("a", sessions: 10, name: "a1");
        busy.Add("a", sessions: 10, name: "a2");
        busy.Add("b", sessions: 10);
        busy.Add("c");

        IReadOnlyList<string> batches = await busy.RunAsync();

        Assert.Equal(["a1 2, a2 2, b 4, c 1", "a1 3, a2 2, b 4", "a1 4, a2 3, b 2"], batches.Take(3));
    }

    // Eight places for three: whoever has the smaller part has a larger one the next times.
    [Fact]
    public async Task Batch_WithPlacesLeftOver_GivesThemToEachInTurn()
    {
        using var busy = new BusyScheduler(maxBatch: 8);
        foreach (string tenant in (string[])["a", "b", "c"])
        {
            busy.Add(tenant, sessions: 8);
        }

        Assert.Equal(["a 3, b 3, c 2", "a 3, b 2, c 3", "a 2, b 3, c 3"], await busy.RunAsync());
    }

    [Fact]
    public async Task Batch_WithMoreTenantsThanPlaces_IsForEachInTurn()
    {
        using var busy = new BusyScheduler(maxBatch: 2);
        foreach (string tenant in (string[])["a", "b", "c", "d", "e", "a", "b", "c", "d", "e"])
        {
            busy.Add(tenant);
        }

        Assert.Equal(["a 1, b 1", "c 1, d 1", "a 1, e 1", "b 1, c 1", "d 1, e 1"], await busy.RunAsync());
    }

    [Fact]
    public async Task Chunk_ThatIsNotDone_GoesBehindItsTenantsOtherJobs()
    {
        using var busy = new BusyScheduler(maxBatch: 2);
        busy.Add("a", steps: 2, name: "chunk");
        busy.Add("a", name: "first");
        busy.Add("a", name: "second");
        busy.Add("b", sessions: 4);

        Assert.Equal(["b 1", "b 1, first 1", "b 1, second 1", "b 1, chunk 1"], await busy.RunAsync());
    }

    [Fact]
    public async Task Queue_FullOfOneTenant_TakesAnotherUpToItsShareAndNoMore()
    {
        using var busy = new BusyScheduler(maxBatch: 4, maxQueue: 4);
        busy.Add("greedy", sessions: 3);
        busy.Add("greedy");
        string alone = Assert.Throws<QueueFullException>(() => busy.Add("greedy")).Message;

        busy.Add("b");
        busy.Add("b");
        QueueFullException beside = Assert.Throws<QueueFullException>(() => busy.Add("b"));

        Assert.Equal("4 steps already wait for this lane of the model (its part of max_queue). Nothing was stepped; retry later or raise max_queue.", alone);
        Assert.Equal(
            "4 steps already wait for this lane of the model (its part of max_queue), and this tenant has its share of 2. Nothing was stepped; retry later or raise max_queue.", beside.Message);
        Assert.Equal((4, 2), (beside.Limit, beside.Share));
        Assert.Equal(["b 2, greedy 2", "greedy 2"], await busy.RunAsync());
    }

    // The first job of a tenant is let in whatever its size: it would have to wait for ever otherwise. With names made up, too, there is an end.
    [Fact]
    public async Task Queue_FullTwiceOver_TakesNobody()
    {
        using var busy = new BusyScheduler(maxBatch: 8, maxQueue: 4);
        busy.Add("a", sessions: 4);
        busy.Add("b", sessions: 3);
        busy.Add("c", sessions: 9);

        QueueFullException full = Assert.Throws<QueueFullException>(() => busy.Add("d"));

        Assert.Equal((4, 4), (full.Limit, full.Share));
        Assert.Equal(["a 3, b 3, c 2", "a 1, c 7"], await busy.RunAsync());
    }

    [Fact]
    public async Task StepAsync_WithoutATenantsName_IsRefused()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        var scheduler = new StepScheduler(model, new StepSchedulerOptions());

        await Assert.ThrowsAsync<ArgumentNullException>("tenant", () => scheduler.StepAsync(model.CreateState(), new float[5], new float[3], tenant: null!).AsTask());
    }
}
