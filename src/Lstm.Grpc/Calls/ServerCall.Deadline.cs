using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server.Calls;

// The deadline: grpc-timeout counts from the request head. Zero means that it has passed.
internal sealed partial class ServerCall
{
    // Timers take at most 49 days; a longer deadline arms its timer again.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);
    private static readonly Status DeadlineExceeded = new(StatusCode.DeadlineExceeded, "Deadline Exceeded");

    private DateTime _deadline = DateTime.MaxValue;
    private ITimer? _timer;

    /// <summary>Whether the caller gave no time at all; then the handler does not run.</summary>
    public bool IsDeadlineZero { get; private set; }

    private void ReadDeadline(string? header)
    {
        if (header is null)
            return;
        if (!GrpcTimeout.TryParse(header, out var timeout))
        {
            GrpcServerLog.MalformedTimeout(_settings.Log, _method.FullName, header);
            return;
        }
        var now = _settings.Time.GetUtcNow().UtcDateTime;
        if (timeout >= DateTime.MaxValue - now)
            return;
        _deadline = now + timeout;
        IsDeadlineZero = timeout == TimeSpan.Zero;
        if (IsDeadlineZero)
            return;
        _timer = _settings.Time.CreateTimer(static call => ((ServerCall)call!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm(timeout);
    }

    /// <summary>The end of a call whose caller gave no time.</summary>
    public static Status ZeroDeadlineStatus => DeadlineExceeded;

    // A timer knows whole milliseconds and leaves out the rest: rounded up, it does not fire again and again before the time.
    private void Arm(TimeSpan remaining) => _timer!.Change(
        remaining < LongestTimer ? TimeSpan.FromMilliseconds(Math.Ceiling(remaining.TotalMilliseconds)) : LongestTimer, Timeout.InfiniteTimeSpan);

    private void OnTimer()
    {
        var remaining = _deadline - _settings.Time.GetUtcNow().UtcDateTime;
        if (remaining > TimeSpan.Zero)
        {
            Arm(remaining);
            return;
        }
        GrpcServerLog.DeadlinePassed(_settings.Log, _method.FullName);
        EndEarly(DeadlineExceeded);
    }
}
