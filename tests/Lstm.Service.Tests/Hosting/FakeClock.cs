using System.Diagnostics;
using Lstm.Service.Sessions;

namespace Lstm.Service.Tests.Hosting;

/// <summary>A clock that goes only when told to, with its timers. Can be broken, to see how the service fails.</summary>
internal sealed class FakeClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Runs whenever a session reads the time of day: may throw, may wait. Kestrel's heartbeat reads this clock, too, undisturbed.</summary>
    public Action? Reading { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        if (Reading is { } reading && IsReadBySessions())
            reading();
        return _now;
    }

    public override long GetTimestamp() => _now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate)
            _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        FakeTimer[] timers;
        lock (_gate)
        {
            _now += by;
            timers = [.. _timers];
        }

        foreach (var timer in timers)
            timer.FireIfDue(_now);
    }

    private static bool IsReadBySessions() =>
        new StackTrace().GetFrames().Any(static f => f.GetMethod()?.DeclaringType?.Namespace == typeof(SessionRegistry).Namespace);

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly SemaphoreSlim _firing = new(1);
        private DateTimeOffset _due = DateTimeOffset.MaxValue;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : clock._now + dueTime;
            _period = period;
            return true;
        }

        public void FireIfDue(DateTimeOffset now)
        {
            if (now < _due)
                return;
            _due = _period == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : now + _period;
            _firing.Wait();
            callback(state);
            _firing.Release();
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        // As .NET's timers: a callback under way has returned then.
        public async ValueTask DisposeAsync()
        {
            Dispose();
            await _firing.WaitAsync();
            _firing.Release();
        }
    }
}
