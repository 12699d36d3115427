using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

// The end of a call before its handler returns: the deadline has passed, or the host stops. Whichever comes first.
internal sealed partial class ServerCall
{
    private static readonly Status ShuttingDown = new(StatusCode.Unavailable, "The server shuts down.");

    private CancellationTokenRegistration _shutdownRegistration;
    private bool _endsWithHost;
    private CancellationTokenSource? _cancellation;
    private CancellationTokenRegistration _abortRegistration;
    private Status _earlyStatus;
    private Task? _earlyEnd;
    private int _earlyEndClaimed;
    private volatile bool _endedEarly;

    /// <summary>Has the call end with UNAVAILABLE when the host stops, should it not be over before.</summary>
    public void EndWhenShuttingDown()
    {
        _endsWithHost = true;
        _shutdownRegistration = _settings.ShuttingDown.UnsafeRegister(static call => ((ServerCall)call!).EndEarly(ShuttingDown), this);
    }

    private void EndEarly(Status status)
    {
        if (Interlocked.Exchange(ref _earlyEndClaimed, 1) != 0)
            return;
        _earlyStatus = status;
        _endedEarly = true;
        _ended = true;
        _earlyEnd = EndEarlyAsync(status);
        Cancel();
    }

    private async Task EndEarlyAsync(Status status)
    {
        // Wake the handler where it waits for the peer.
        _input?.CancelPendingRead();
        if (Volatile.Read(ref _gate) != 0)
            _output.CancelPendingFlush();
        await CloseAsync().ConfigureAwait(false);
        PutStatus(status);
        try
        {
            if (!_writer.IsBroken)
                await HttpContext.Response.CompleteAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client went away first; there is nobody left to tell.
        }
    }

    // Made for handlers that ask for it: most calls are over before anybody would cancel them.
    private CancellationToken MakeToken()
    {
        var made = new CancellationTokenSource();
        if (Interlocked.CompareExchange(ref _cancellation, made, null) is { } other)
        {
            made.Dispose();
            return other.Token;
        }
        _abortRegistration = _aborted.UnsafeRegister(static call => ((ServerCall)call!).Cancel(), this);
        if (_endedEarly)
            Cancel();
        return made.Token;
    }

    private void Cancel()
    {
        try
        {
            _cancellation?.Cancel();
        }
        catch (AggregateException exception)
        {
            GrpcServerLog.CancellationCallbackFailed(_settings.Log, _method.FullName, exception);
        }
    }
}
