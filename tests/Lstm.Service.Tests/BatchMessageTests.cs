using System.Globalization;
using Grpc.Core;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>One message with steps of many sessions: every law holds for each of them.</summary>
public sealed class BatchMessageTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private RunningService Service => fixture.Service;

    [Fact]
    public async Task Batch_OfManySessions_EqualsSingleStepsBitForBit()
    {
        const int sessions = 300, steps = 5; // More than one run of the model holds.
        await using var together = await BatchStream.OpenAsync(Service, sessions);
        await using var alone = await BatchStream.OpenAsync(Service, sessions);
        for (int step = 1; step <= steps; step++)
        {
            var result = (await together.AskAsync(Enumerable.Range(1, sessions), step, h => TestModels.X((h * 7) + step))).Batch;

            Assert.Equal(Enumerable.Range(1, sessions).Select(static h => (uint)h), result.Handles);
            Assert.All(result.Steps, n => Assert.Equal((ulong)step, n));
            Assert.Empty(result.Faults);
            Assert.Empty(result.Replayed);
            for (int h = 1; h <= sessions; h += step == steps ? 1 : 50)
            {
                for (int before = h % 50 == 1 ? step : 1; before <= step; before++)
                {
                    var one = (await alone.AskAsync(new StreamStep { Handle = (uint)h, Step = (ulong)before, X = { TestModels.X((h * 7) + before) } })).Result;
                    if (before == step)
                        Assert.Equal(one.Y, result.Y.Skip((h - 1) * 3).Take(3));
                }
            }
        }

        Assert.Equal(await Service.StateAsync(alone.Ids[^1]), await Service.StateAsync(together.Ids[^1]));
    }

    [Fact]
    public async Task Batch_Unnumbered_StepsEachSessionsNext()
    {
        await using var stream = await BatchStream.OpenAsync(Service, 3);
        await stream.AskAsync(new StreamStep { Handle = 2, X = { TestModels.X() } });

        var result = (await stream.AskAsync([3, 1, 2], 0, static _ => TestModels.X())).Batch;

        Assert.Equal([3u, 1u, 2u], result.Handles);
        Assert.Equal([1ul, 1ul, 2ul], result.Steps);
    }

    [Fact]
    public async Task Batch_SentAgain_GivesTheSameReplyAndLeavesTheStates()
    {
        await using var stream = await BatchStream.OpenAsync(Service, 3);
        var first = (await stream.AskAsync([1, 2, 3], 1, static h => TestModels.X(h))).Batch;
        string[] states = await stream.StatesAsync();
        await stream.AskAsync(new StreamStep { Handle = 2, Step = 2, X = { TestModels.X(9) } });

        // Session 2 has gone on meanwhile: its step 1 is too old, the others' is the same again, and a session that is new steps.
        await stream.OpenAsync(4);
        var again = (await stream.AskAsync([1, 2, 3, 4], 1, static h => TestModels.X(h))).Batch;

        Assert.Equal([1u, 3u, 4u], again.Handles);
        Assert.Equal([1u, 3u], again.Replayed);
        Assert.Equal([.. first.Y.Take(3), .. first.Y.Skip(6)], again.Y.Take(6));
        var fault = Assert.Single(again.Faults);
        Assert.Equal((2u, "STEP_TOO_OLD", 1ul), (fault.Handle, fault.Error.Reason, fault.Error.Step));
        string[] after = await stream.StatesAsync();
        Assert.Equal((states[0], states[2]), (after[0], after[2]));
    }

    [Fact]
    public async Task Batch_WithFaultySessions_StepsTheOthersAndLeavesThem()
    {
        await using var stream = await BatchStream.OpenAsync(Service, 6);
        await stream.AskAsync([1, 2, 3, 4, 5, 6], 1, static h => TestModels.X(h));
        await Service.Grpc.CloseSessionAsync(new() { SessionId = stream.Ids[4] });
        string[] before = await stream.StatesAsync(except: 5);

        var batch = new StreamBatch { Handles = { 1, 2, 3, 4, 5, 77, 6 }, Steps = { 2, 9, 1, 2, 2, 2, 2 } };
        foreach (uint h in batch.Handles)
            batch.X.AddRange(h switch { 3 => TestModels.X(99), 4 => [1, 2, float.NaN, 4, 5], _ => TestModels.X((int)h) });
        var result = (await stream.AskAsync(batch)).Batch;

        Assert.Equal([1u, 6u], result.Handles);
        Assert.Equal([2ul, 2ul], result.Steps);
        Assert.Equal(6, result.Y.Count);
        Assert.Equal(
            [(2u, "STEP_GAP", 9ul), (3u, "STEP_CONFLICT", 1ul), (4u, "INPUT_NOT_FINITE", 2ul), (5u, "SESSION_CLOSED", 2ul), (77u, "HANDLE_NOT_OPEN", 2ul)],
            result.Faults.Select(static f => (f.Handle, f.Error.Reason, f.Error.Step)));
        Assert.Equal("2", result.Faults[0].Error.Metadata["expected_step"]);
        Assert.Equal(
            "Expected finite values but got NaN at index 2 of step 1 of the message (model 'nyc-taxi'). Fill or drop missing values first.", result.Faults[2].Error.Message);
        string[] after = await stream.StatesAsync(except: 5);
        Assert.Equal(before[1..4], after[1..4]);
        Assert.NotEqual(before[0], after[0]);
    }

    [Theory]
    [InlineData("", "", 0, "BATCH_EMPTY", "Expected at least one handle in a batch but got none.")]
    [InlineData("1 2 1", "", 15, "BATCH_HANDLE_TWICE", "Handle 1 is in the batch twice. Send a session's steps in several messages, or as a chunk of its own. Nothing was stepped.")]
    [InlineData("1 2", "1", 10, "BATCH_STEPS", "Expected the numbers of 2 steps, one for each handle, or none but got 1. Nothing was stepped.")]
    [InlineData("1 2", "", 9, "INPUT_SHAPE", "Expected 10 values (2 sessions, input_size 5 of model 'nyc-taxi') but got 9. Nothing was stepped.")]
    [InlineData("1 7", "", 10, "BATCH_MODELS_DIFFER", "Handle 7 runs model 'char-lm' but the handles before it run 'nyc-taxi'. Send a batch for each model. Nothing was stepped.")]
    public async Task Batch_ThatIsWrongAsAWhole_StepsNothing(string handles, string steps, int values, string reason, string message)
    {
        await using var stream = await BatchStream.OpenAsync(Service, 2);
        await stream.OpenAsync(7, "char-lm");
        string[] before = await stream.StatesAsync();

        var reply = await stream.AskAsync(new StreamBatch { Handles = { Numbers(handles) }, Steps = { Numbers(steps).Select(static n => (ulong)n) }, X = { Enumerable.Repeat(1f, values) } });

        Assert.Equal((0u, reason, message), (reply.Handle, reply.Error.Reason, reply.Error.Message));
        Assert.Equal(before, await stream.StatesAsync());
        Assert.Equal(2, (await stream.AskAsync([1, 2], 1, static h => TestModels.X(h))).Batch.Handles.Count); // and the stream goes on
    }

    [Fact]
    public async Task Batch_BeyondTheLimit_IsRefused()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxSessionsPerMessage", "2");
        await using var stream = await BatchStream.OpenAsync(service, 3);

        var refused = (await stream.AskAsync([1, 2, 3], 1, static h => TestModels.X(h))).Error;
        var taken = (await stream.AskAsync([1, 2], 1, static h => TestModels.X(h))).Batch;

        Assert.Equal("BATCH_TOO_LARGE", refused.Reason);
        Assert.Equal("Expected at most 2 sessions in a message (Lstm:Grpc:MaxSessionsPerMessage) but got 3. Send several messages.", refused.Message);
        Assert.Equal(2, taken.Handles.Count);
    }

    [Fact]
    public async Task Batch_WithASessionUnderTwoHandles_StepsItTwiceInOrder()
    {
        await using var stream = await BatchStream.OpenAsync(Service, 1);
        await stream.OpenAsync(2, "nyc-taxi", stream.Ids[0]);

        var result = (await stream.AskAsync([2, 1], 0, static h => TestModels.X(h))).Batch;

        Assert.Equal([2u, 1u], result.Handles);
        Assert.Equal([1ul, 2ul], result.Steps);
    }

    [Fact]
    public async Task Batches_OfTheSameSessionsOnManyStreams_StepEachOnce()
    {
        const int streams = 6, sessions = 40, rounds = 20;
        await using var first = await BatchStream.OpenAsync(Service, sessions);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, streams).Select(s => Task.Run(async () =>
        {
            await using var stream = await BatchStream.ResumeAsync(Service, first.Ids);
            int stepped = 0;
            // Every stream in another order, so that each holds what others want.
            int[] order = [.. Enumerable.Range(1, sessions).OrderBy(h => (h * 7919 * (s + 1)) % 101)];
            for (int step = 1; step <= rounds; step++)
            {
                var result = (await stream.AskAsync(order, step, h => TestModels.X((h * 100) + step))).Batch;
                stepped += result.Handles.Count - result.Replayed.Count;
                Assert.All(result.Faults, static f => Assert.Contains(f.Error.Reason, new[] { "STEP_TOO_OLD", "STEP_GAP" }));
            }

            return stepped;
        }))).WaitAsync(TimeSpan.FromMinutes(2));

        var counts = (await Service.Grpc.ListSessionsAsync(new() { PageSize = 1000 })).Sessions.Where(s => first.Ids.Contains(s.SessionId)).Select(static s => (int)s.Step).ToArray();
        Assert.Equal(counts.Sum(), outcomes.Sum());
    }

    [Fact]
    public async Task Batch_FirstOnAStream_EndsIt()
    {
        using var stream = Service.Grpc.Stream();
        await stream.RequestStream.WriteAsync(new() { Batch = new() { Handles = { 1 } } });
        var refusal = await GrpcRefusal.OfAsync(() => stream.ResponseStream.MoveNext(default));
        Assert.Equal((StatusCode.FailedPrecondition, "STREAM_NOT_OPENED"), (refusal.Code, refusal.Info.Reason));
        Assert.Equal("Expected open as the first message of the stream but got batch. Open a session first.", refusal.Message);
    }

    [Fact]
    public async Task Batch_IsOneMessageInTheMetricsAndEveryStepCounts()
    {
        await using var service = await RunningService.StartAsync();
        await using var stream = await BatchStream.OpenAsync(service, 100);
        await stream.AskAsync(Enumerable.Range(1, 100), 1, static h => TestModels.X(h));
        await stream.AskAsync(Enumerable.Range(1, 50), 1, static h => TestModels.X(h));

        var metrics = Metrics.PrometheusText.Parse(await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

        Assert.Equal(100, metrics["lstm_steps_total{lstm_model=\"nyc-taxi\"}"]);
        Assert.Equal(50, metrics["lstm_steps_replayed_total{lstm_model=\"nyc-taxi\"}"]);
        Assert.Equal(2, metrics["lstm_step_duration_seconds_count{lstm_model=\"nyc-taxi\"}"]);
        Assert.Equal(1, metrics["lstm_batch_width_count{lstm_model=\"nyc-taxi\"}"]);
        Assert.Equal(100, metrics["lstm_batch_width_sum{lstm_model=\"nyc-taxi\"}"]);
        Assert.Equal(1, metrics["lstm_batch_wait_seconds_count{lstm_model=\"nyc-taxi\"}"]);
    }

    private static IEnumerable<uint> Numbers(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static n => uint.Parse(n, CultureInfo.InvariantCulture));
}
