using Lstm.Engine;

namespace Lstm.Service.Rest.Bodies;

/// <summary>An input or output.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Dtype">float32, int64, …</param>
/// <param name="Shape">Per step; empty: one value.</param>
/// <param name="EveryStep">False: a whole sequence gives it once, after its last timestep.</param>
/// <param name="Axes">In the file, e.g. [B, T, 5]; left out when unknown.</param>
/// <param name="DisplayName">What model.json calls it; left out, as all below, when it says nothing.</param>
/// <param name="Features">A name for each value of a step.</param>
/// <param name="Units">A unit for each value of a step, or one for all.</param>
/// <param name="Quantiles">Which ones the values forecast.</param>
/// <param name="Values">What requests may send; the first is the default.</param>
internal sealed record TensorBody(
    string Name, string Dtype, IReadOnlyList<int> Shape, bool EveryStep, string? Axes, string? DisplayName, IReadOnlyList<string>? Features, IReadOnlyList<string>? Units,
    IReadOnlyList<double>? Quantiles, IReadOnlyList<double>? Values)
{
    /// <summary>Describes an input or output.</summary>
    /// <param name="tensor">Which.</param>
    /// <returns>The body.</returns>
    public static TensorBody From(TensorInfo tensor) => new(
        tensor.Name, tensor.ElementType, tensor.Shape, tensor.EveryStep, tensor.Axes.Length == 0 ? null : tensor.Axes, tensor.Notes?.Name,
        NullIfEmpty(tensor.Notes?.Features), NullIfEmpty(tensor.Notes?.Units), NullIfEmpty(tensor.Notes?.Quantiles), NullIfEmpty(tensor.Values));

    private static IReadOnlyList<T>? NullIfEmpty<T>(IReadOnlyList<T>? list) => list is { Count: > 0 } ? list : null;
}
