using System.Collections.Concurrent;
using Grpc.Core;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>What a test learns about the handlers of its server.</summary>
internal sealed class ProbeLog
{
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ServerCallContext> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception?> _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Calls that reached a handler.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>Completes when the first handler runs.</summary>
    public Task<ServerCallContext> FirstCall => _started.Task.WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>Completes when a hanging handler saw its token cancelled.</summary>
    public Task Cancelled => _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>What a read or write of a handler threw.</summary>
    public Task<Exception?> Reported => _reported.Task.WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>Completes when the test lets deaf handlers go.</summary>
    public Task LetGo => _letGo.Task;

    /// <summary>What a handler left to do after its end.</summary>
    public Func<Task>? Later { get; set; }

    public void Started(ServerCallContext context)
    {
        Calls.Enqueue(context.Method);
        // Read now, kept for later: the request is gone after the call.
        _ = context.RequestHeaders;
        _started.TrySetResult(context);
    }

    public void Report(Exception? exception) => _reported.TrySetResult(exception);

    public void Release() => _letGo.TrySetResult();

    public async Task WaitForCancellationAsync(ServerCallContext context)
    {
        var forever = new TaskCompletionSource();
        await using var registration = context.CancellationToken.Register(() => forever.TrySetCanceled(context.CancellationToken));
        try
        {
            await forever.Task;
        }
        finally
        {
            _cancelled.TrySetResult();
        }
    }
}
