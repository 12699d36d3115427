using System.Diagnostics;
using Lstm.Cli.Bench.Service;
using Lstm.Engine;
using Lstm.Engine.Scheduling;

namespace Lstm.Cli.Bench.Lanes;

/// <summary>One way to spread steps over lanes: schedulers, each with lanes and sessions of its own.</summary>
internal sealed class LaneContender
{
    private readonly BenchModel _model;
    private readonly StepScheduler[] _schedulers;
    private readonly ModelState[] _states;
    private long _steps;
    private long _batches;

    /// <summary>Sets the schedulers up.</summary>
    /// <param name="model">The model.</param>
    /// <param name="schedulers">Schedulers.</param>
    /// <param name="lanesOfEach">Lanes of each scheduler.</param>
    /// <param name="callers">Callers, spread over the schedulers.</param>
    public LaneContender(BenchModel model, int schedulers, int lanesOfEach, int callers)
    {
        _model = model;
        (Schedulers, Lanes) = (schedulers, schedulers * lanesOfEach);
        var options = new StepSchedulerOptions { Lanes = lanesOfEach, MaxQueue = callers * lanesOfEach };
        _schedulers = [.. Enumerable.Range(0, schedulers).Select(_ => new StepScheduler(model.Model, options, Ran))];
        _states = [.. Enumerable.Range(0, callers).Select(_ => model.Model.CreateState(SessionInput.Zeros(model.Model.Info)))];
    }

    /// <summary>Schedulers.</summary>
    public int Schedulers { get; }

    /// <summary>Lanes of all schedulers.</summary>
    public int Lanes { get; }

    /// <summary>Sessions in a batch, on average over all turns.</summary>
    public double Width => (double)_steps / _batches;

    /// <summary>Has all callers step for a while.</summary>
    /// <param name="length">How long.</param>
    /// <returns>Steps per second, and microseconds of processor time a step.</returns>
    public async Task<(double StepsPerSecond, double ProcessorUs)> TurnAsync(TimeSpan length)
    {
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(length.TotalSeconds * Stopwatch.Frequency);
        long steps = (await Task.WhenAll(_states.Select((_, n) => Task.Run(() => StepAsync(n, end))))).Sum();
        return (steps / Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / steps);
    }

    private async Task<long> StepAsync(int caller, long end)
    {
        StepScheduler scheduler = _schedulers[caller % _schedulers.Length];
        var y = new float[_model.Model.Info.OutputSize];
        long steps = 0;
        do
        {
            await scheduler.StepAsync(_states[caller], _model.Inputs[steps % _model.Inputs.Length], y);
            await Task.Yield(); // A stream goes back to its socket here, and others have the thread.
            steps++;
        }
        while (Stopwatch.GetTimestamp() < end);

        return steps;
    }

    private void Ran(BatchRun run)
    {
        Interlocked.Add(ref _steps, run.Width);
        Interlocked.Increment(ref _batches);
    }
}
