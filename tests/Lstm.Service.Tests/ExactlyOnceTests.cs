using Lstm.Service.Tests.Hosting;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>Each step counts once, whatever is sent again (law 3).</summary>
public sealed class ExactlyOnceTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private RunningService Service => fixture.Service;

    [Fact]
    public async Task Step_SentAgain_GivesTheSameReplyAndLeavesTheState()
    {
        string id = await Service.OpenAsync();
        var first = await StepAsync(id, 1, TestModels.X(), want: true);
        string state = await Service.StateAsync(id);

        var again = await StepAsync(id, 1, TestModels.X(), want: true);

        Assert.False(first.Replayed);
        Assert.True(again.Replayed);
        again.Replayed = false;
        Assert.Equal(first, again);
        Assert.Equal(state, await Service.StateAsync(id));
    }

    [Fact]
    public async Task Chunk_SentAgain_GivesTheSameReplyAndLeavesTheState()
    {
        string id = await Service.OpenAsync();
        float[] x = [.. TestModels.X(1), .. TestModels.X(2), .. TestModels.X(3)];
        var first = await StepAsync(id, 1, x, 3);
        string state = await Service.StateAsync(id);

        var again = await StepAsync(id, 1, x, 3);

        Assert.True(again.Replayed);
        Assert.Equal(first.Y, again.Y);
        Assert.Equal(3u, again.Count);
        Assert.Equal(state, await Service.StateAsync(id));
    }

    [Fact]
    public async Task Step_SentAgainOnTheOtherFace_IsTheSameStep()
    {
        string id = await Service.OpenAsync();
        var first = await StepAsync(id, 1, TestModels.X());

        var (status, again) = await Service.SendAsync("POST", $"/v1/sessions/{id}:step", """{"step": 1, "x": [10844, 0, 1, 0.78, 0.62]}""");

        Assert.Equal(200, status);
        Assert.True(again.GetProperty("replayed").GetBoolean());
        Assert.Equal(first.Y, again.GetProperty("y").EnumerateArray().Select(static y => y.GetSingle()));
    }

    [Fact]
    public async Task Step_WithMinusZeroForZero_IsAnotherInput()
    {
        string id = await Service.OpenAsync();
        await StepAsync(id, 1, [1, 0, 1, 1, 1]);

        var refusal = await GrpcRefusal.OfAsync(() => StepAsync(id, 1, [1, -0f, 1, 1, 1]));

        Assert.Equal("STEP_CONFLICT", refusal.Info.Reason);
        Assert.Contains("x[1] was 0, now it is -0", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_AfterARefusedOne_CanStillBeReplayed()
    {
        string id = await Service.OpenAsync();
        var first = await StepAsync(id, 1, TestModels.X());
        await GrpcRefusal.OfAsync(() => StepAsync(id, 2, [1, 2]));
        await GrpcRefusal.OfAsync(() => StepAsync(id, 2, [1, 2, 3, 4, float.NaN]));

        var again = await StepAsync(id, 1, TestModels.X());

        Assert.True(again.Replayed);
        Assert.Equal(first.Y, again.Y);
    }

    [Fact]
    public async Task Steps_Unnumbered_AreAlwaysTheNext()
    {
        string id = await Service.OpenAsync();
        Assert.Equal(1ul, (await StepAsync(id, 0, TestModels.X())).Step);
        Assert.Equal(2ul, (await StepAsync(id, 0, TestModels.X())).Step);
        Assert.Equal(3ul, (await StepAsync(id, 3, TestModels.X())).Step);
    }

    [Fact]
    public async Task Chunk_EqualsItsStepsOneByOne_BitForBit()
    {
        string one = await Service.OpenAsync();
        string many = await Service.OpenAsync();
        var alone = new List<float>();
        for (int i = 0; i < 50; i++)
            alone.AddRange((await StepAsync(one, (ulong)i + 1, TestModels.X(i))).Y);

        var chunk = await StepAsync(many, 1, [.. Enumerable.Range(0, 50).SelectMany(TestModels.X)], 50);

        Assert.Equal(alone, chunk.Y);
        Assert.Equal(await Service.StateAsync(one), await Service.StateAsync(many));
    }

    [Fact]
    public async Task Step_SentByManyAtOnce_HappensOnce()
    {
        string id = await Service.OpenAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => StepAsync(id, 1, TestModels.X()))));

        Assert.Single(replies, static r => !r.Replayed);
        Assert.All(replies, r => Assert.Equal(replies[0].Y, r.Y));
        Assert.Equal(1ul, (await Service.Grpc.GetSessionAsync(new() { SessionId = id })).Step);
    }

    [Fact]
    public async Task Steps_OfManyAtOnce_AllHappenInSomeOrder()
    {
        string id = await Service.OpenAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(() => StepAsync(id, 0, TestModels.X()))));

        Assert.Equal(Enumerable.Range(1, 60).Select(static n => (ulong)n), replies.Select(static r => r.Step).Order());
    }

    private async Task<StepResult> StepAsync(string id, ulong step, float[] x, uint count = 1, bool want = false) =>
        (await Service.Grpc.StepAsync(new() { SessionId = id, Step = step, X = { x }, Count = count, WantState = want, WantGates = want })).Result;
}
