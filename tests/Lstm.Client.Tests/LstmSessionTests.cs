using Lstm.V1;

namespace Lstm.Client.Tests;

[Collection(ServiceGroup.Name)]
public sealed class LstmSessionTests(ServiceFixture service) : IAsyncLifetime
{
    private readonly LstmClient _client = service.Connect();
    private LstmStream? _stream;

    private LstmStream Stream => _stream ??= _client.OpenStream();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_stream is not null)
            await _stream.DisposeAsync();
        _client.Dispose();
    }

    [Fact]
    public async Task StepAsync_FirstTwoDays_AreRight()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        Assert.Equal((5u, 3u, 0ul, false), (session.Info.InputSize, session.Info.OutputSize, session.Info.Step, session.Info.Resumed));

        for (int i = 0; i < 96; i++)
        {
            StepResult result = await session.StepAsync(Taxi.X(i));
            Assert.Equal((ulong)i + 1, result.Step);
            Taxi.AssertRight(i, result.Y);
        }

        Assert.Equal(96ul, session.Step);
    }

    [Fact]
    public async Task StepAsync_ManyInFlight_AnswersInOrder()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        Task<StepResult>[] steps = [.. Enumerable.Range(0, 500).Select(i => session.StepAsync(Taxi.X(i)))];

        StepResult[] results = await Task.WhenAll(steps);
        for (int i = 0; i < results.Length; i++)
            Taxi.AssertRight(i, results[i].Y);
    }

    [Fact]
    public async Task StepAsync_Chunk_EqualsStepsBitForBit()
    {
        await using LstmSession chunked = await Stream.OpenSessionAsync(Taxi.Model);
        await using LstmSession stepped = await Stream.OpenSessionAsync(Taxi.Model);
        StepResult chunk = await chunked.StepAsync(Taxi.X(0, 20), new StepOptions { Count = 20 });
        var steps = new List<float>();
        for (int i = 0; i < 20; i++)
            steps.AddRange((await stepped.StepAsync(Taxi.X(i))).Y);

        Assert.Equal(steps, chunk.Y);
        Assert.Equal(20ul, chunked.Step);
        Taxi.AssertRight(20, (await chunked.StepAsync(Taxi.X(20))).Y);
    }

    [Fact]
    public async Task StepAsync_WithStateAndGates_ReturnsBoth()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        StepResult result = await session.StepAsync(Taxi.X(0), new StepOptions { WantState = true, WantGates = true });

        Assert.Equal(4, result.State.Count); // two layers of h and c
        Assert.Equal(8, result.Gates.Count); // two layers of i, f, g, o
        Assert.All(result.State.Concat(result.Gates), tensor => Assert.Equal(64, tensor.Values.Count));
    }

    [Fact]
    public async Task StepAsync_SameNumberAgain_GivesTheSameReplyOnce()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        StepResult first = await session.StepAsync(Taxi.X(0));
        StepResult again = await session.StepAsync(Taxi.X(0), new StepOptions { Step = 1 });

        Assert.True(again.Replayed);
        Assert.Equal(first.Y, again.Y);
        Taxi.AssertRight(1, (await session.StepAsync(Taxi.X(1))).Y);
    }

    [Fact]
    public async Task StepAsync_WrongNumberOfInputs_IsRefusedAndTheSessionGoesOn()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        await session.StepAsync(Taxi.X(0));
        var refused = await Assert.ThrowsAsync<LstmException>(() => session.StepAsync(new float[4]));

        Assert.Equal("INPUT_SHAPE", refused.Reason);
        Assert.Equal(Grpc.Core.StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal("Expected 5 values (input_size of model 'nyc-taxi') but got 4.", refused.Message);
        Assert.Equal(("5", "4"), (refused.Metadata["expected"], refused.Metadata["found"]));
        Assert.Equal(2ul, refused.Step);
        Taxi.AssertRight(1, (await session.StepAsync(Taxi.X(1))).Y);
    }

    [Fact]
    public async Task StepAsync_RefusedAmongManyInFlight_NextOneTakesItsNumber()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        Task<StepResult> right = session.StepAsync(Taxi.X(0));
        Task<StepResult> wrong = session.StepAsync(new float[] { float.NaN, 0, 0, 0, 0 });
        Task<StepResult> orphan = session.StepAsync(Taxi.X(2));

        Taxi.AssertRight(0, (await right).Y);
        Assert.Equal("INPUT_NOT_FINITE", (await Assert.ThrowsAsync<LstmException>(() => wrong)).Reason);
        Assert.Equal("STEP_GAP", (await Assert.ThrowsAsync<LstmException>(() => orphan)).Reason);
        Taxi.AssertRight(1, (await session.StepAsync(Taxi.X(1))).Y);
    }

    [Fact]
    public async Task StepAsync_Gap_NamesTheStepThatIsExpected()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        var refused = await Assert.ThrowsAsync<LstmException>(() => session.StepAsync(Taxi.X(0), new StepOptions { Step = 7 }));

        Assert.Equal("STEP_GAP", refused.Reason);
        Assert.Equal("1", refused.Metadata["expected_step"]);
    }

    [Fact]
    public async Task StepAsync_Cancelled_GivesUpWaitingOnly()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.StepAsync(Taxi.X(0), cancellation: cancelled.Token));

        StepResult result = await session.StepAsync(Taxi.X(0));
        Assert.Equal(1ul, result.Step);
    }

    [Fact]
    public async Task ResumeSessionAsync_OnAnotherStream_GoesOnWhereItWas()
    {
        string id;
        await using (LstmSession session = await Stream.OpenSessionAsync(Taxi.Model))
        {
            id = session.Id;
            for (int i = 0; i < 10; i++)
                await session.StepAsync(Taxi.X(i));
        }

        await using LstmStream other = _client.OpenStream();
        await using LstmSession resumed = await other.ResumeSessionAsync(id);
        Assert.Equal((10ul, true), (resumed.Step, resumed.Info.Resumed));
        Taxi.AssertRight(10, (await resumed.StepAsync(Taxi.X(10))).Y);
    }

    [Fact]
    public async Task EndAsync_ThenResume_IsRefused()
    {
        LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        await session.StepAsync(Taxi.X(0));
        Session ended = await session.EndAsync();
        Assert.Equal(1ul, ended.Step);

        var refused = await Assert.ThrowsAsync<LstmException>(() => Stream.ResumeSessionAsync(session.Id));
        Assert.Equal("SESSION_CLOSED", refused.Reason);
        Assert.Throws<ObjectDisposedException>(() => { _ = session.StepAsync(Taxi.X(1)); });
    }

    [Fact]
    public async Task OpenSessionAsync_TwiceTheSameId_IsRefusedByName()
    {
        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        var refused = await Assert.ThrowsAsync<LstmException>(() => Stream.OpenSessionAsync(Taxi.Model, session.Id));

        Assert.Equal("SESSION_EXISTS", refused.Reason);
        Assert.Equal(session.Id, refused.Metadata["session_id"]);
    }

    [Fact]
    public async Task OpenSessionAsync_UnknownModelFirst_LeavesTheStreamUsable()
    {
        var refused = await Assert.ThrowsAsync<LstmException>(() => Stream.OpenSessionAsync("no-such-model"));
        Assert.Equal("MODEL_NOT_FOUND", refused.Reason);

        await using LstmSession session = await Stream.OpenSessionAsync(Taxi.Model);
        Taxi.AssertRight(0, (await session.StepAsync(Taxi.X(0))).Y);
    }
}
