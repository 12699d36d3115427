using Lstm.Engine;

namespace Lstm.Cli.Inspect;

/// <summary>An input or output; what is not known is null or empty.</summary>
internal sealed record TensorBody(
    string Name, string Dtype, IReadOnlyList<int> Shape, bool EveryStep, string Axes, int? TimeAxis, int? BatchAxis, string? DisplayName, IReadOnlyList<string> Features, IReadOnlyList<string> Units,
    IReadOnlyList<double> Quantiles, IReadOnlyList<double> Values)
{
    /// <summary>Describes an input or output.</summary>
    /// <param name="tensor">Which.</param>
    /// <returns>The body.</returns>
    public static TensorBody From(TensorInfo tensor) => new(
        tensor.Name, tensor.ElementType, tensor.Shape, tensor.EveryStep, tensor.Axes, tensor.TimeAxis < 0 ? null : tensor.TimeAxis, tensor.BatchAxis < 0 ? null : tensor.BatchAxis,
        tensor.Notes?.Name, tensor.Notes?.Features ?? [], tensor.Notes?.Units ?? [], tensor.Notes?.Quantiles ?? [], tensor.Values);
}
