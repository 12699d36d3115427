using Lstm.Engine;

namespace Lstm.Models.Sidecars;

/// <summary>What a model.json says.</summary>
internal sealed record Sidecar
{
    private static readonly TensorLayout Nothing = new(null, null);

    /// <summary>The file's name, for messages.</summary>
    public required string FileName { get; init; }

    /// <summary>State inputs and the outputs that feed them; null when nothing is said.</summary>
    public IReadOnlyList<(string Input, string Output)>? StatePairs { get; init; }

    /// <summary>Past samples that are prepended to each frame.</summary>
    public int FrameContext { get; init; }

    /// <summary>Which backend; null when nothing is said.</summary>
    public BackendChoice? Backend { get; init; }

    /// <summary>Whether ONNX Runtime may run sessions together; null when nothing is said.</summary>
    public bool? AllowBatching { get; init; }

    /// <summary>How the native engine keeps the weights of recurrent layers.</summary>
    public WeightFormat Weights { get; init; }

    /// <summary>What is said of inputs, by their names in the graph.</summary>
    public IReadOnlyDictionary<string, SidecarTensor> Inputs { get; init; } = new Dictionary<string, SidecarTensor>();

    /// <summary>What is said of outputs, by their names in the graph.</summary>
    public IReadOnlyDictionary<string, SidecarTensor> Outputs { get; init; } = new Dictionary<string, SidecarTensor>();

    /// <summary>Inputs and outputs with how messages call them.</summary>
    public IEnumerable<(string Place, string Name, SidecarTensor Tensor)> All =>
        Inputs.Select(static i => ($"inputs.{i.Key}", i.Key, i.Value)).Concat(Outputs.Select(static o => ($"outputs.{o.Key}", o.Key, o.Value)));

    /// <summary>For both backends.</summary>
    public ModelHints ToHints() => new()
    {
        StatePairs = StatePairs,
        FrameContext = FrameContext,
        Weights = Weights,
        Given = Inputs.Where(static i => i.Value.Given != InputGiven.Auto).ToDictionary(static i => i.Key, static i => i.Value.Given),
        Layouts = All.Where(static t => t.Tensor.Layout != Nothing).ToDictionary(static t => t.Name, static t => t.Tensor.Layout),
        Tensors = All.ToDictionary(static t => t.Name, static t => t.Tensor.Notes),
    };

    /// <summary>A fault of the file.</summary>
    public ModelFault Fault(string reason) => new("", "", $"In {FileName}: {reason}");
}

/// <summary>What is said of an input or output.</summary>
/// <param name="Notes">What people should know.</param>
/// <param name="Layout">What is said of its axes and values.</param>
internal sealed record SidecarTensor(TensorNotes Notes, TensorLayout Layout)
{
    /// <summary>Of an input: how often it is given.</summary>
    public InputGiven Given { get; init; }
}
