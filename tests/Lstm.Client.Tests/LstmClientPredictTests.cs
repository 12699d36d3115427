using Lstm.V1;

namespace Lstm.Client.Tests;

[Collection(ServiceGroup.Name)]
public sealed class LstmClientPredictTests(ServiceFixture service) : IDisposable
{
    private readonly LstmClient _client = service.Connect();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task PredictAsync_OneSequence_IsRightAtEveryTimestep()
    {
        SequenceResult result = await _client.PredictAsync(Taxi.Model, Taxi.X(0, 50));

        NamedTensor output = result.Output(Assert.Single(result.Outputs).Name);
        Assert.Equal([50u, 3u], output.Shape);
        for (int t = 0; t < 50; t++)
            Taxi.AssertRight(t, [.. output.Values.Skip(3 * t).Take(3)]);
    }

    [Fact]
    public async Task PredictAsync_SequencesOfDifferentLengths_GiveAResultEach()
    {
        IReadOnlyList<SequenceResult> results = await _client.PredictAsync(Taxi.Model, [Taxi.X(0, 3), Taxi.X(0, 7)]);

        Assert.Equal([3u, 7u], results.Select(result => result.Length));
        Assert.Equal(results[0].Outputs[0].Values, results[1].Outputs[0].Values.Take(9));
        Assert.Empty(results[0].State);
    }

    [Fact]
    public async Task PredictAsync_WithState_GoesOn()
    {
        SequenceResult first = await _client.PredictAsync(Taxi.Model, Taxi.X(0, 20), new PredictOptions { WantState = true });
        SequenceResult second = await _client.PredictAsync(Taxi.Model, Taxi.X(20, 1), new PredictOptions { State = first.State });

        Taxi.AssertRight(20, second.Outputs[0].Values);
    }

    [Fact]
    public async Task PredictAsync_LargeReply_Arrives()
    {
        // 65 logits each: 5 MB, more than gRPC clients take unless they are told to.
        SequenceResult result = await _client.PredictAsync("char-lm", new float[20_000]);
        Assert.Equal(20_000 * 65, result.Outputs[0].Values.Count);
    }

    [Fact]
    public async Task PredictAsync_Refused_CarriesReasonAndFacts()
    {
        var refused = await Assert.ThrowsAsync<LstmException>(() => _client.PredictAsync(Taxi.Model, [Taxi.X(0), new float[4]]));

        Assert.Equal("INPUT_SHAPE", refused.Reason);
        Assert.Equal("2", refused.Metadata["sequence"]);
        Assert.Equal("Expected 5 values (input_size of model 'nyc-taxi') for every timestep of sequence 2 but got 4, which is not a multiple.", refused.Message);
    }

    [Fact]
    public void Output_Unknown_ListsThoseThatThereAre()
    {
        var result = new SequenceResult { Outputs = { new NamedTensor { Name = "p10" }, new NamedTensor { Name = "p90" } } };
        var fault = Assert.Throws<KeyNotFoundException>(() => result.Output("p50"));
        Assert.Equal("There is no output 'p50'. Outputs: p10, p90.", fault.Message);
    }
}
