namespace Lstm.Engine.Scheduling;

/// <summary>Limits of one model's scheduler.</summary>
public sealed record StepSchedulerOptions
{
    /// <summary>The largest number of sessions in one batch.</summary>
    public int MaxBatch { get; init; } = 128;

    /// <summary>The largest number of requests that may wait.</summary>
    public int MaxQueue { get; init; } = 65_536;
}
