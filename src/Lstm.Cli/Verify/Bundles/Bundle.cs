using System.Text.Json;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>A model's inputs and references: an index (case.json, trace_*.json) and the tensors of its binary file.</summary>
internal sealed record Bundle
{
    /// <summary>The index file's full path.</summary>
    public required string Path { get; init; }

    /// <summary>Its name, or that of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>Files beside the index that it holds for; a case is of "model.onnx".</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>"exact", "no", "needs-extra-state", "loop-state", or empty when the index does not say.</summary>
    public required string Streaming { get; init; }

    /// <summary>Axis of time by input or output; null where there is none.</summary>
    public required IReadOnlyDictionary<string, int?> TimeAxis { get; init; }

    /// <summary>Axis of the batch by input or output.</summary>
    public required IReadOnlyDictionary<string, int?> BatchAxis { get; init; }

    /// <summary>State input and the output that feeds it.</summary>
    public required IReadOnlyList<(string Input, string Output)> StatePairs { get; init; }

    /// <summary>abs and rel of |a − b| ≤ abs + rel·|b|; null when the index does not say.</summary>
    public required Tolerance? Tolerance { get; init; }

    /// <summary>A trace's own tolerances for y, h and c, where it names any.</summary>
    public required IReadOnlyDictionary<string, double> TraceTolerance { get; init; }

    /// <summary>How far PyTorch's float32 is from the reference, for y, h and c of a trace.</summary>
    public required IReadOnlyDictionary<string, double> Float32Difference { get; init; }

    /// <summary>x_ref of a trace: where its input lies in a CSV file; undefined when the input is a tensor.</summary>
    public JsonElement InputRows { get; init; }

    /// <summary>All tensors.</summary>
    public required IReadOnlyList<BundleTensor> Tensors { get; init; }

    /// <summary>The tensor of that name, or null.</summary>
    public BundleTensor? Find(string name) => Tensors.FirstOrDefault(t => t.Name == name);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="BundleException">There is none.</exception>
    public BundleTensor Get(string name) =>
        Find(name) ?? throw new BundleException(Path, $"expected a tensor '{name}' but found {string.Join(", ", Tensors.Select(static t => t.Name))}.");
}
