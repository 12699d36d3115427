using Lstm.Engine;
using Lstm.OnnxRuntime;

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

    /// <summary>The longest time of one run in ONNX Runtime, a step or a whole sequence.</summary>
    public TimeSpan MaxRunTime { get; init; } = OrtOptions.Default.MaxRunTime;

    /// <summary>What loading one model may take.</summary>
    public LoadLimits Limits { get; init; } = LoadLimits.Default;

    /// <summary>
    /// Tries in a process of its own what is going to be loaded into ONNX Runtime; null to load it right away: then the limits do not hold
    /// while ONNX Runtime prepares the graph, and a crash of it is a crash of this process.
    /// </summary>
    public ModelProbe? Probe { get; init; }
}
