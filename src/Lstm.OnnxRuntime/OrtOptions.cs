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
}
