using System.Text.Json;
using Lstm.Service.Models;
using Lstm.Service.Predictions;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Lstm.Service.Tests;

/// <summary>Whole sequences on both faces; what is refused is in <see cref="ErrorTests"/>, models that cannot be stepped in <see cref="NotStreamableTests"/>.</summary>
public sealed class PredictTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private RunningService Service => fixture.Service;

    [Fact]
    public async Task Predict_SequencesOfDifferentLengths_EqualsSessionsBitForBit()
    {
        // Longer than the stretches between two looks at the caller, of which one ends with the second sequence.
        int[] lengths = [3, 256, 600, 1];
        var request = new PredictRequest { Model = "nyc-taxi", WantState = true };
        request.Sequences.AddRange(lengths.Select(static length => new Sequence { X = { X(length) } }));

        var reply = await Service.Grpc.PredictAsync(request);

        Assert.Equal("nyc-taxi", reply.Model);
        Assert.Equal(lengths.Select(static n => (uint)n), reply.Sequences.Select(static s => s.Length));
        foreach (var sequence in reply.Sequences)
        {
            string id = await Service.OpenAsync();
            var stepped = (await Service.Grpc.StepAsync(new() { SessionId = id, Count = sequence.Length, X = { X((int)sequence.Length) }, WantState = true })).Result;
            var output = Assert.Single(sequence.Outputs);
            Assert.Equal([sequence.Length, 3u], output.Shape);
            Assert.Equal(stepped.Y, output.Values);
            Assert.Equal(stepped.State, sequence.State);
        }
    }

    [Fact]
    public async Task Predict_FromAState_GoesOnWhereItEnded()
    {
        float[] x = X(20);
        var whole = await Service.Grpc.PredictAsync(new() { Model = "nyc-taxi", Sequences = { new Sequence { X = { x } } } });
        var first = await Service.Grpc.PredictAsync(new() { Model = "nyc-taxi", Sequences = { new Sequence { X = { x[..40] } } }, WantState = true });

        var second = await Service.Grpc.PredictAsync(new() { Model = "nyc-taxi", Sequences = { new Sequence { X = { x[40..] }, State = { first.Sequences[0].State } } } });

        Assert.Equal(whole.Sequences[0].Outputs[0].Values, first.Sequences[0].Outputs[0].Values.Concat(second.Sequences[0].Outputs[0].Values));
        Assert.Empty(second.Sequences[0].State);
    }

    [Fact]
    public async Task Predict_OverHttp_EqualsGrpcAndTakesNestedAndFlatLists()
    {
        float[] x = X(4);
        var grpc = await Service.Grpc.PredictAsync(new() { Model = "nyc-taxi", Sequences = { new Sequence { X = { x } } }, WantState = true });

        var (status, flat) = await Service.SendAsync("POST", "/v1/models/nyc-taxi:predict", JsonSerializer.Serialize(new { sequences = new[] { new { x } }, want = new[] { "state" } }));
        var (_, nested) = await Service.SendAsync("POST", "/v1/models/nyc-taxi:predict", JsonSerializer.Serialize(new { sequences = new[] { new { x = x.Chunk(5) } } }));
        var state = flat.GetProperty("sequences")[0].GetProperty("state");
        var (_, resumed) = await Service.SendAsync("POST", "/v1/models/nyc-taxi:predict", JsonSerializer.Serialize(new { sequences = new[] { new { x, state } } }));

        Assert.Equal(200, status);
        Assert.Equal(grpc, PredictReply.Parser.ParseJson(flat.GetRawText()));
        grpc.Sequences[0].State.Clear();
        Assert.Equal(grpc, PredictReply.Parser.ParseJson(nested.GetRawText()));
        Assert.NotEqual(grpc, PredictReply.Parser.ParseJson(resumed.GetRawText()));
    }

    [Fact]
    public async Task Predict_Tokens_AreAListOfNumbers()
    {
        var (status, reply) = await Service.SendAsync("POST", "/v1/models/char-lm:predict", """{"sequences": [{"x": [18, 47, 56]}, {"x": [[18]]}]}""");

        Assert.Equal(200, status);
        Assert.Equal([3, 1], reply.GetProperty("sequences").EnumerateArray().Select(static s => s.GetProperty("length").GetInt32()));
        var output = reply.GetProperty("sequences")[0].GetProperty("outputs")[0];
        Assert.Equal([3, 65], output.GetProperty("shape").EnumerateArray().Select(static n => n.GetInt32()));
        Assert.Equal(3 * 65, output.GetProperty("values").GetArrayLength());
        Assert.Equal(["length", "outputs"], reply.GetProperty("sequences")[0].EnumerateObject().Select(static p => p.Name));
    }

    [Fact]
    public async Task Predict_LeavesNoSession()
    {
        ulong before = (await Service.Grpc.ListSessionsAsync(new())).Total;
        await Service.Grpc.PredictAsync(new() { Model = "nyc-taxi", Sequences = { new Sequence { X = { X(2) } } } });
        Assert.Equal(before, (await Service.Grpc.ListSessionsAsync(new())).Total);
    }

    [Fact]
    public async Task Predict_MoreValuesThanAllowed_IsRefused()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Predict:MaxValues", "1000");
        var refusal = await GrpcRefusal.OfAsync(async () => await service.Grpc.PredictAsync(new() { Model = "char-lm", Sequences = { new Sequence { X = { new float[12] } } } }));

        // 12 timesteps of 65 logits, and h and c of 128 each.
        Assert.Equal("Expected at most 1000 values of outputs and states together (Lstm:Predict:MaxValues) but got 1036. Send several requests.", refusal.Message);
        Assert.Equal(("PREDICTION_TOO_LARGE", "1000", "1036"), (refusal.Info.Reason, refusal.Info.Metadata["limit"], refusal.Info.Metadata["found"]));
    }

    [Fact]
    public async Task Predict_CallerLeavesMeanwhile_EndsAtTheNextStretchAndGivesItsPlaceBack()
    {
        using var gone = new CancellationTokenSource();
        await using var service = await RunningService.StartAsync(static path => new SpyModel(Engine.Model.Load(path)), "--Lstm:Predict:MaxRunning", "1", "--Lstm:Predict:MaxWaiting", "0");
        var predictor = service.Services.GetRequiredService<Predictor>();
        var taxi = service.Services.GetRequiredService<ModelCatalog>().Get("nyc-taxi");
        var spy = (SpyModel)taxi.Model;
        spy.Predicting = () =>
        {
            if (spy.Runs == 2)
                gone.Cancel();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => predictor.PredictAsync(taxi, [new(X(10_000), [])], wantState: false, gone.Token));

        Assert.Equal(2, spy.Runs);
        Assert.Equal(3, Assert.Single(await predictor.PredictAsync(taxi, [new(X(3), [])], wantState: false, default)).Length);
    }

    private static float[] X(int length) => [.. Enumerable.Range(0, length).SelectMany(static t => TestModels.X(t % 1000))];
}
