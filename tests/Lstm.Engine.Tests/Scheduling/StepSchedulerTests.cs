using Lstm.Engine.Scheduling;

namespace Lstm.Engine.Tests.Scheduling;

public sealed class StepSchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public void StepAsync_OnIdleScheduler_IsDoneAtOnce()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        var widths = new List<int>();
        var scheduler = new StepScheduler(model, new StepSchedulerOptions(), run => widths.Add(run is { Waited.Ticks: 0, Ran.Ticks: >= 0 } ? run.Width : -1));
        float[] x = ShippedModels.TaxiInput(new Random(1));
        var expected = new float[3];
        var actual = new float[3];
        model.Step(model.CreateState(), x, expected);

        Task step = scheduler.StepAsync(model.CreateState(), x, actual).AsTask();

        Assert.True(step.IsCompletedSuccessfully);
        Assert.Equal(expected, actual);
        Assert.Equal([1], widths);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 5)]
    public async Task StepAsync_FromManyThreads_EqualsStepsAloneAndBatches(int lanes, int tenants)
    {
        var counting = new Lock();
        Model model = Model.Load(ShippedModels.NycTaxi);
        int widest = 0;
        int steps = 0;
        var scheduler = new StepScheduler(model, new StepSchedulerOptions { MaxBatch = 8, Lanes = lanes }, run =>
        {
            lock (counting)
            {
                widest = Math.Max(widest, run.Width);
                steps += run.Width;
            }
        });
        Task[] sessions = [.. Enumerable.Range(0, 64).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            ModelState alone = model.CreateState();
            ModelState together = model.CreateState();
            for (int step = 0; step < 200; step++)
            {
                float[] x = ShippedModels.TaxiInput(random);
                var expected = new float[3];
                var actual = new float[3];
                model.Step(alone, x, expected);
                await scheduler.StepAsync(together, x, actual, tenant: seed % tenants == 0 ? "" : $"tenant {seed % tenants}");
                Assert.Equal(expected, actual);
            }
        }))];
        await Task.WhenAll(sessions).WaitAsync(Patience);

        Assert.Equal(64 * 200, steps);
        Assert.InRange(widest, 1, 8);
    }

    [Fact]
    public async Task StepAsync_WhileBusy_WaitsThenRunsAsOneBatch()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var widths = new List<int>();
        var scheduler = new StepScheduler(model, new StepSchedulerOptions { MaxQueue = 3, Lanes = 1 }, run =>
        {
            widths.Add(run.Width);
            entered.Set();
            release.Wait(Patience);
        });
        float[] x = ShippedModels.TaxiInput(new Random(1));
        Task first = Task.Run(() => scheduler.StepAsync(model.CreateState(), x, new float[3]).AsTask());
        Assert.True(entered.Wait(Patience));

        // Queued behind the busy step: a chunk of two and two single steps; a fourth finds the queue full.
        var y = new float[6];
        Task[] queued =
        [
            scheduler.StepAsync(model.CreateState(), (float[])[.. x, .. x], y, count: 2).AsTask(),
            scheduler.StepAsync(model.CreateState(), x, new float[3]).AsTask(),
            scheduler.StepAsync(model.CreateState(), x, new float[3]).AsTask(),
        ];
        ModelState refused = model.CreateState();
        var full = await Assert.ThrowsAsync<QueueFullException>(() => scheduler.StepAsync(refused, x, new float[3]).AsTask());
        Assert.Equal("3 steps already wait for this lane of the model (its part of max_queue). Nothing was stepped; retry later or raise max_queue.", full.Message);
        Assert.All(refused.Values.ToArray(), static v => Assert.Equal(0f, v));
        Assert.All(queued, static task => Assert.False(task.IsCompleted));

        release.Set();
        await Task.WhenAll([first, .. queued]).WaitAsync(Patience);

        Assert.Equal([1, 3, 1], widths);
        ModelState alone = model.CreateState();
        var expected = new float[3];
        model.Step(alone, x, expected);
        model.Step(alone, x, expected);
        Assert.Equal(expected, y[3..]);
    }

    [Fact]
    public async Task StepAsync_WithFaultInLastStepOfChunk_StepsNothing()
    {
        Model model = Model.Load(ShippedModels.CharLm);
        var scheduler = new StepScheduler(model, new StepSchedulerOptions());
        ModelState state = model.CreateState();

        await Assert.ThrowsAsync<ArgumentException>(() => scheduler.StepAsync(state, (float[])[1f, 2f, 99f], new float[3 * 65], count: 3).AsTask());

        Assert.All(state.Values.ToArray(), static v => Assert.Equal(0f, v));
        await scheduler.StepAsync(state, (float[])[1f], new float[65]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    public async Task RunAsync_WithAFloodOfOneTenant_GivesEveryCallerAnEqualShare(string tenant)
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var widths = new List<int>();
        var scheduler = new StepScheduler(model, new StepSchedulerOptions { MaxBatch = 8, Lanes = 1 }, run =>
        {
            widths.Add(run.Width);
            entered.Set();
            release.Wait(Patience);
        });
        Task first = Task.Run(() => scheduler.StepAsync(model.CreateState(), new float[5], new float[3]).AsTask());
        Assert.True(entered.Wait(Patience));

        // A hundred sessions of one caller wait already when three others come with one session each.
        StepJob flood = Jobs.Create(model, tenant, sessions: 100);
        StepJob[] others = [Jobs.Create(model, tenant), Jobs.Create(model, tenant), Jobs.Create(model, tenant)];
        Task flooded = scheduler.RunAsync(flood).AsTask();
        Task[] served = [.. others.Select(job => scheduler.RunAsync(job).AsTask())];
        release.Set();
        await Task.WhenAll([first, .. served]).WaitAsync(Patience);
        await flooded.WaitAsync(Patience);

        Assert.All(others.Append(flood), static job => Assert.Null(job.ErrorOf(0)));
        // The next batch holds all three, and the flood gets the places that are left: 2 for its share, 3 on top.
        Assert.Equal([1, 8, .. Enumerable.Repeat(8, 11), 7], widths);
    }

    [Fact]
    public async Task RunAsync_WhenTheLastOfARoundAreDone_RunsNoEmptyBatch()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        var widths = new List<int>();
        var scheduler = new StepScheduler(model, new StepSchedulerOptions { MaxBatch = 2 }, run => widths.Add(run.Width));
        var job = new StepJob();
        job.Begin(model);
        foreach (int count in (int[])[3, 3, 1])
        {
            job.Add(model.CreateState().Row, new float[count * 5], new float[count * 3], default, count);
        }

        await scheduler.RunAsync(job);

        Assert.Equal([2, 1, 2, 2], widths);
    }

    [Fact]
    public async Task StepAsync_BesideAChunk_DoesNotWaitForItsEnd()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        int runs = 0;
        var scheduler = new StepScheduler(model, new StepSchedulerOptions { Lanes = 1 }, _ =>
        {
            if (Interlocked.Increment(ref runs) == 10)
            {
                entered.Set();
                release.Wait(Patience);
            }
        });
        const int steps = 5000;
        var (x, y) = (new float[steps * 5], new float[steps * 3]);
        ModelState chunked = model.CreateState();
        Task chunk = Task.Run(() => scheduler.StepAsync(chunked, x, y, count: steps).AsTask());
        Assert.True(entered.Wait(Patience));

        Task single = scheduler.StepAsync(model.CreateState(), new float[5], new float[3]).AsTask();
        release.Set();
        await single.WaitAsync(Patience);
        int at = Volatile.Read(ref runs);
        await chunk.WaitAsync(Patience);

        Assert.InRange(at, 11, steps - 1);
        Assert.Equal(steps, runs); // the single step shared a run with the chunk
        ModelState alone = model.CreateState();
        var expected = new float[3];
        for (int step = 0; step < steps; step++)
        {
            model.Step(alone, new float[5], expected);
        }
        Assert.Equal(expected, y[^3..]);
        Assert.Equal(alone.Values.ToArray(), chunked.Values.ToArray());
    }

    [Fact]
    public async Task RunAsync_WithOneFaultySession_StepsTheOthersAlone()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        var faulty = new FaultyModel(model);
        var scheduler = new StepScheduler(faulty, new StepSchedulerOptions());
        ModelState[] states = [.. Enumerable.Range(0, 5).Select(_ => faulty.CreateState())];
        var job = new StepJob();
        job.Begin(faulty);
        var outputs = new float[5][];
        for (int n = 0; n < states.Length; n++)
        {
            job.Add(states[n].Row, (float[])[n == 3 ? FaultyModel.Bad : n, 0, 1, 0, 0], outputs[n] = new float[3], default, 1);
        }

        await scheduler.RunAsync(job);

        for (int n = 0; n < states.Length; n++)
        {
            var expected = new float[3];
            ModelState alone = model.CreateState();
            if (n == 3)
            {
                Assert.Equal("A bad input.", job.ErrorOf(n)?.Message);
            }
            else
            {
                model.Step(alone, [n, 0, 1, 0, 0], expected);
                Assert.Null(job.ErrorOf(n));
            }
            Assert.Equal(expected, outputs[n]);
            Assert.Equal(alone.Values.ToArray(), states[n].Values.ToArray());
        }
    }

    [Fact]
    public async Task StepAsync_OfAChunkThatFailsHalfWay_LeavesTheStateAsBefore()
    {
        var model = new FaultyModel(Model.Load(ShippedModels.NycTaxi));
        var scheduler = new StepScheduler(model, new StepSchedulerOptions());
        ModelState state = model.CreateState();
        await scheduler.StepAsync(state, new float[5], new float[3]);
        float[] before = state.Values.ToArray();
        var x = new float[4 * 5];
        x[2 * 5] = FaultyModel.Bad;

        await Assert.ThrowsAsync<ArgumentException>(() => scheduler.StepAsync(state, x, new float[4 * 3], count: 4).AsTask());

        Assert.Equal(before, state.Values.ToArray());
    }
}
