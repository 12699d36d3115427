using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>
/// Stops runs of ONNX Runtime that take too long: a loop whose rounds depend on the input would hold its thread for ever. A run costs it two
/// locks that nobody contends for; one timer looks at all clocks.
/// </summary>
internal sealed class RunClock
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly List<WeakReference<RunClock>> All = [];
    private static Timer? timer;

    private readonly Lock _lock = new();
    private readonly RunOptions _options;
    private readonly TimeSpan _limit;
    private long _started;
    private bool _isStopped;

    /// <summary>Watches the runs that are made with some options, one at a time.</summary>
    /// <param name="options">The options; dispose of them after <see cref="End"/> only.</param>
    /// <param name="limit">The longest time of a run.</param>
    public RunClock(RunOptions options, TimeSpan limit)
    {
        (_options, _limit) = (options, limit);
        lock (All)
        {
            All.Add(new(this));
            timer ??= new(static _ => LookAtAll(), null, Period, Period);
        }
    }

    /// <summary>Whether the run that is under way, or has just failed, was stopped.</summary>
    public bool IsStopped
    {
        get
        {
            lock (_lock)
                return _isStopped;
        }
    }

    /// <summary>A run begins.</summary>
    public void Begin()
    {
        lock (_lock)
            _started = Stopwatch.GetTimestamp();
    }

    /// <summary>It has ended.</summary>
    public void End()
    {
        lock (_lock)
        {
            _started = 0;
            if (_isStopped)
                _options.Terminate = _isStopped = false;
        }
    }

    private static void LookAtAll()
    {
        lock (All)
        {
            All.RemoveAll(static clock => !clock.TryGetTarget(out _));
            foreach (var clock in All)
            {
                if (clock.TryGetTarget(out var target))
                    target.Look();
            }
        }
    }

    private void Look()
    {
        lock (_lock)
        {
            if (_started != 0 && !_isStopped && Stopwatch.GetElapsedTime(_started) > _limit)
                _options.Terminate = _isStopped = true;
        }
    }
}
