namespace Lstm.OnnxRuntime;

/// <summary>How <see cref="OrtBackedModel"/> runs a graph.</summary>
public sealed record OrtOptions
{
    /// <summary>The defaults.</summary>
    public static OrtOptions Default { get; } = new();

    /// <summary>
    /// Whether steps of several sessions may share a run, where the graph has a batch axis everywhere. It is faster, but the last
    /// bits of a result may then depend on the other sessions of the run.
    /// </summary>
    public bool AllowBatching { get; init; }

    /// <summary>The longest time of one run, a step or a whole sequence; one that takes longer is stopped with <see cref="Engine.RunTooLongException"/>.</summary>
    public TimeSpan MaxRunTime { get; init; } = TimeSpan.FromMinutes(1);
}
