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

    /// <summary>Axes by name of an input or output, where the graph does not tell them; everything is checked by trial runs.</summary>
    public IReadOnlyDictionary<string, OrtAxes> Axes { get; init; } = new Dictionary<string, OrtAxes>();
}

/// <summary>What the axes of an input or output are.</summary>
/// <param name="Time">The axis of time; null where nothing is said.</param>
/// <param name="Batch">The axis of the batch; null where nothing is said.</param>
/// <param name="Shape">Lengths of all axes, for those that the file leaves open and that are neither time nor batch; null where nothing is said.</param>
public sealed record OrtAxes(int? Time, int? Batch, IReadOnlyList<int>? Shape = null);
