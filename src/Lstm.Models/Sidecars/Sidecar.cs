using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Models.Sidecars;

/// <summary>What a model.json says.</summary>
internal sealed record Sidecar
{
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
        Tensors = All.ToDictionary(static t => t.Name, static t => t.Tensor.Notes),
    };

    /// <summary>For ONNX Runtime.</summary>
    public IReadOnlyDictionary<string, OrtAxes> ToAxes() =>
        All.Where(static t => t.Tensor.HasAxes).ToDictionary(static t => t.Name, static t => new OrtAxes(t.Tensor.TimeAxis, t.Tensor.BatchAxis, t.Tensor.Shape));

    /// <summary>A fault of the file.</summary>
    public ModelFault Fault(string reason) => new("", "", $"In {FileName}: {reason}");
}

/// <summary>What is said of an input or output.</summary>
/// <param name="Notes">What people should know.</param>
/// <param name="TimeAxis">The axis of time; null when nothing is said.</param>
/// <param name="BatchAxis">The axis of the batch; null when nothing is said.</param>
/// <param name="Shape">The lengths of all axes; null when nothing is said.</param>
internal sealed record SidecarTensor(TensorNotes Notes, int? TimeAxis, int? BatchAxis, IReadOnlyList<int>? Shape)
{
    /// <summary>Whether anything is said of the axes.</summary>
    public bool HasAxes => TimeAxis is not null || BatchAxis is not null || Shape is not null;
}
