using Grpc.Core;
using Lstm.Service.Grpc;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.Service.Sessions;
using Lstm.Service.Tests.Hosting;
using Lstm.Service.Tests.Metrics;
using Lstm.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Lstm.Service.Tests;

/// <summary>Single steps of different sessions that have arrived together on a stream run together, and are answered in their order.</summary>
public sealed class GatheringTests
{
    [Fact]
    public async Task Steps_ThatArrivedTogether_RunInOneBatchAndAreAnsweredInOrder()
    {
        await using var service = await RunningService.StartAsync();

        var replies = await RunAsync(service, Opens(50), [.. Enumerable.Range(1, 50).Select(static h => Step(h, 1)), Step(1, 2), Step(2, 2)]);

        Assert.Equal([.. Enumerable.Range(1, 50).Select(static h => $"{h}: 1"), "1: 2", "2: 2"], replies[50..]);
        var metrics = PrometheusText.Parse(await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
        Assert.Equal(2, metrics["lstm_batch_width_count{lstm_model=\"nyc-taxi\"}"]); // 50 sessions, then the two that step again
        Assert.Equal(52, metrics["lstm_batch_width_sum{lstm_model=\"nyc-taxi\"}"]);
        Assert.Equal(52, metrics["lstm_step_duration_seconds_count{lstm_model=\"nyc-taxi\"}"]);
    }

    [Fact]
    public async Task Steps_WithFaultsAndOtherKindsBetween_AreAnsweredInOrder()
    {
        await using var service = await RunningService.StartAsync();
        var chunk = Step(2, 2);
        (chunk.Step.Count, chunk.Step.WantState) = (2, true);
        chunk.Step.X.AddRange(TestModels.X());

        var replies = await RunAsync(
            service,
            [.. Opens(4), new() { Open = new() { Handle = 9, Model = "char-lm" } }],
            [
                Step(1, 1), Step(2, 7), Step(3, 1), Step(77, 1), Step(4, 1), new() { Step = new() { Handle = 9, Step = 1, X = { 5 } } }, Step(2, 1), chunk, Step(1, 2),
                new() { Step = new() { Handle = 3, X = { 1, 2 } } }, new() { Close = new() { Handle = 4 } }, Step(4, 2), Step(3, 2),
            ]);

        Assert.Equal(
            [
                "1: 1", "2: STEP_GAP", "3: 1", "77: HANDLE_NOT_OPEN", "4: 1", "9: 1", "2: 1", "2: 2", "1: 2",
                "3: INPUT_SHAPE", "4: Closed", "4: HANDLE_NOT_OPEN", "3: 2",
            ],
            replies[5..]);
    }

    private static IEnumerable<StreamRequest> Opens(int count) =>
        Enumerable.Range(1, count).Select(static h => new StreamRequest { Open = new() { Handle = (uint)h, Model = "nyc-taxi" } });

    private static StreamRequest Step(int handle, int step) => new() { Step = new() { Handle = (uint)handle, Step = (ulong)step, X = { TestModels.X(handle) } } };

    private static async Task<List<string>> RunAsync(RunningService service, IEnumerable<StreamRequest> opens, IEnumerable<StreamRequest> steps)
    {
        var services = service.Services;
        var stream = new SessionStream(
            services.GetRequiredService<SessionRegistry>(), "", services.GetRequiredService<CallBoundary>(), services.GetRequiredService<GrpcOptions>(), services.GetRequiredService<LstmMeter>());
        StreamRequest[] all = [.. opens, .. steps];
        var replies = new Replies();
        await stream.RunAsync(new EndlessRequests(all[0], all[1..]), replies, default, default);
        return replies.Seen;
    }

    private sealed class Replies : IServerStreamWriter<StreamAnswer>
    {
        public List<string> Seen { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(StreamAnswer message)
        {
            var reply = WrittenMessage.Read(message);
            Seen.Add($"{reply.Handle}: {reply.Result?.Step.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? reply.Error?.Reason ?? reply.KindCase.ToString()}");
            return Task.CompletedTask;
        }
    }
}
