using Lstm.Service.Errors;
using Lstm.Service.Hosting;

namespace Lstm.Service.Tests;

/// <summary>Costly requests run few at a time.</summary>
public sealed class TurnsTests
{
    [Fact]
    public async Task Take_WhileOthersRun_WaitsUntilOneEnds()
    {
        using var turns = new Turns(running: 2, waiting: 1, Refusal);
        var first = await turns.TakeAsync(default);
        using var second = await turns.TakeAsync(default);
        var third = turns.TakeAsync(default).AsTask();
        Assert.False(third.IsCompleted);

        first.Dispose();

        using var turn = await third;
    }

    [Fact]
    public async Task Take_WithTooManyWaiting_IsRefusedUntilOneEnds()
    {
        using var turns = new Turns(running: 1, waiting: 1, Refusal);
        var first = await turns.TakeAsync(default);
        var second = turns.TakeAsync(default).AsTask();

        await Assert.ThrowsAsync<LstmException>(async () => await turns.TakeAsync(default));

        first.Dispose();
        using var turn = await second;
        Assert.False(turns.TakeAsync(default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Take_CancelledWhileItWaits_GivesItsPlaceBack()
    {
        using var turns = new Turns(running: 1, waiting: 1, Refusal);
        using var gone = new CancellationTokenSource();
        var first = await turns.TakeAsync(default);
        var second = turns.TakeAsync(gone.Token).AsTask();

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        var third = turns.TakeAsync(default).AsTask();
        first.Dispose();
        using var turn = await third;
    }

    private static LstmException Refusal() => Throw.QueueFull("turns", 1, "none");
}
