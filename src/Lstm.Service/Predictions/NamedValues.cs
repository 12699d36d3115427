namespace Lstm.Service.Predictions;

/// <summary>A named tensor, on its way in or out.</summary>
/// <param name="Name">layer0.h, or an output's name.</param>
/// <param name="Shape">Its shape; on its way in null when the caller did not say.</param>
/// <param name="Values">Row-major.</param>
/// <param name="Integers">Row-major, of whole numbers and booleans: on its way in instead of the values, on its way out beside them.</param>
internal sealed record NamedValues(string Name, IReadOnlyList<long>? Shape, ReadOnlyMemory<float> Values, ReadOnlyMemory<long> Integers = default);
