namespace Lstm.Models;

/// <summary>How models are loaded; what a model's own model.json says goes before it.</summary>
public sealed record ModelLoaderOptions
{
    /// <summary>The defaults.</summary>
    public static ModelLoaderOptions Default { get; } = new();

    /// <summary>Which backend runs a model.</summary>
    public BackendChoice Backend { get; init; }

    /// <summary>
    /// Whether ONNX Runtime may run steps of several sessions together. The last bits of a result may then depend on the other
    /// sessions; the native engine always batches and never lets it show.
    /// </summary>
    public bool AllowBatching { get; init; }
}
