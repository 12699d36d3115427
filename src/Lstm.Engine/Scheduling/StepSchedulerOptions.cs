namespace Lstm.Engine.Scheduling;

/// <summary>Limits of one model's scheduler.</summary>
public sealed record StepSchedulerOptions
{
    /// <summary>The largest number of sessions in one batch.</summary>
    public int MaxBatch { get; init; } = 128;

    /// <summary>The largest number of sessions that may wait, an equal part of it for each lane; as many again may wait of tenants that have less than their share of it.</summary>
    public int MaxQueue { get; init; } = 65_536;

    /// <summary>Batches that run at the same time, each with working memory of its own; one a processor unless told.</summary>
    public int Lanes { get; init; } = Environment.ProcessorCount;
}
