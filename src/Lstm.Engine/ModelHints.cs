namespace Lstm.Engine;

/// <summary>What a file does not say itself; everything in it is checked against the graph when the model is loaded.</summary>
public sealed record ModelHints
{
    /// <summary>No hints.</summary>
    public static ModelHints None { get; } = new();

    /// <summary>State inputs and the outputs that feed them, graph names; null to find them by tracing.</summary>
    public IReadOnlyList<(string Input, string Output)>? StatePairs { get; init; }

    /// <summary>
    /// Past samples of the last axis that are prepended to each frame: the graph takes frames of context + new samples, a session is
    /// sent the new ones only and keeps the context, zero at first.
    /// </summary>
    public int FrameContext { get; init; }

    /// <summary>How the weights of recurrent layers are kept; anything but <see cref="WeightFormat.Float32"/> trades accuracy for speed.</summary>
    public WeightFormat Weights { get; init; }

    /// <summary>Inputs of which someone says how often they are given, by their names in the graph.</summary>
    public IReadOnlyDictionary<string, InputGiven> Given { get; init; } = new Dictionary<string, InputGiven>();

    /// <summary>Axes of inputs and outputs, and values of inputs, by their names in the graph, where the graph does not tell them.</summary>
    public IReadOnlyDictionary<string, TensorLayout> Layouts { get; init; } = new Dictionary<string, TensorLayout>();

    /// <summary>Notes on inputs and outputs by their names in the graph.</summary>
    public IReadOnlyDictionary<string, TensorNotes> Tensors { get; init; } = new Dictionary<string, TensorNotes>();
}

/// <summary>How often an input is given.</summary>
public enum InputGiven
{
    /// <summary>As the graph shows.</summary>
    Auto,

    /// <summary>With every step.</summary>
    Step,

    /// <summary>Once, when a session opens.</summary>
    Session,
}

/// <summary>What people should know of an input or output.</summary>
/// <param name="Name">A better name than the graph's; null to keep it.</param>
/// <param name="Features">A name for each value of a step; empty for none.</param>
/// <param name="Units">A unit for each value of a step, or one for all; empty for none.</param>
/// <param name="Quantiles">For an output that forecasts quantiles: which, in (0, 1), ascending; empty for none.</param>
public sealed record TensorNotes(string? Name, IReadOnlyList<string> Features, IReadOnlyList<string> Units, IReadOnlyList<double> Quantiles);
