namespace Lstm.Service.Tests.Hosting;

/// <summary>Waits for a condition, with patience for busy machines.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var end = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(end.IsCancellationRequested, $"Waited {Patience} in vain: {what}.");
            await Task.Delay(20);
        }
    }
}
