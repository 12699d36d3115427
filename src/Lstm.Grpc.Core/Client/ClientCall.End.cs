using Grpc.Core;

namespace Grpc.Net.Client;

internal sealed partial class ClientCall
{
    // The longest time that a timer takes is 49 days; a later deadline is left to the server.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly Lock _watchLock = new();
    private CallOutcome? _outcome;
    private Timer? _deadlineTimer;
    private CancellationTokenRegistration _callerToken;
    private CancellationTokenRegistration _parentToken;
    private CancellationTokenRegistration _channelToken;

    /// <summary>How the call ended; null while it runs.</summary>
    public CallOutcome? Outcome => Volatile.Read(ref _outcome);

    public Status Status => Outcome?.Status ?? throw new InvalidOperationException("The call has not ended, so it has no status yet: read its responses to the end first.");

    public Metadata Trailers => Outcome?.Trailers ?? throw new InvalidOperationException("The call has not ended, so it has no trailers yet: read its responses to the end first.");

    /// <summary>Cancels the call unless it has ended.</summary>
    public void Dispose() => End(new Status(StatusCode.Cancelled, "The call was disposed."), Metadata.Empty);

    public void Cancel() => End(new Status(StatusCode.Cancelled, "Call canceled by the client."), Metadata.Empty);

    /// <summary>Ends the call with the status that followed the last message.</summary>
    public CallOutcome EndByTrailers()
    {
        // Only a body that was read to its end has trailers, so there is a response.
        var (status, trailers) = StatusMapping.FromTrailers(_response!);
        End(status, trailers);
        return Outcome!;
    }

    /// <summary>Ends the call; the first end counts.</summary>
    /// <returns>What to tell the caller: the end that counted.</returns>
    public RpcException End(Status status, Metadata trailers)
    {
        if (Interlocked.CompareExchange(ref _outcome, new CallOutcome(status, trailers.Freeze()), null) is null)
        {
            StopWatching();
            if (status.StatusCode != StatusCode.OK)
                _stop.Cancel();
            Body?.CancelPendingRead();
            // Resets the stream if the response has not ended.
            _response?.Dispose();
            if (!_responseHeaders.Task.IsCompleted)
                _responseHeaders.TrySetException(CreateException());
            Ended?.Invoke();
        }
        return CreateRpcException();
    }

    /// <summary>Runs once, when the call has ended.</summary>
    public Action? Ended { get; set; }

    /// <summary>What operations throw after a failed end: <see cref="RpcException"/>, or what the channel's options put in its place.</summary>
    public Exception CreateException()
    {
        var exception = CreateRpcException();
        return _channel.Options.ThrowOperationCanceledOnCancellation && exception.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded
            ? new OperationCanceledException(exception.Message, exception, _options.CancellationToken)
            : exception;
    }

    // A new exception each time: one object thrown in two places would mix their stack traces.
    private RpcException CreateRpcException()
    {
        // Called after the end only.
        var outcome = Outcome!;
        return new RpcException(outcome.Status, outcome.Trailers);
    }

    private void WatchForEnd()
    {
        lock (_watchLock)
        {
            if (_deadline is { } deadline)
            {
                var remaining = deadline.ToUniversalTime() - DateTime.UtcNow;
                if (remaining <= TimeSpan.Zero)
                {
                    EndByDeadline();
                    return;
                }
                if (remaining < LongestTimer)
                    _deadlineTimer = new Timer(static call => ((ClientCall)call!).EndByDeadline(), this, remaining, Timeout.InfiniteTimeSpan);
            }
            _callerToken = _options.CancellationToken.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), this);
            _parentToken = (_options.PropagationToken?.ParentCancellationToken ?? default).UnsafeRegister(static call => ((ClientCall)call!).Cancel(), this);
            _channelToken = _channel.Disposing.UnsafeRegister(
                static call => ((ClientCall)call!).End(new Status(StatusCode.Cancelled, "The channel was disposed."), Metadata.Empty),
                this);
        }
        // A token that was cancelled already ended the call while it was registered.
        if (Outcome is not null)
            StopWatching();
    }

    private void EndByDeadline() => End(new Status(StatusCode.DeadlineExceeded, "The deadline passed."), Metadata.Empty);

    private void StopWatching()
    {
        lock (_watchLock)
        {
            _deadlineTimer?.Dispose();
            // Not Dispose: that waits for a callback that may be waiting for the lock.
            _callerToken.Unregister();
            _parentToken.Unregister();
            _channelToken.Unregister();
        }
    }
}
