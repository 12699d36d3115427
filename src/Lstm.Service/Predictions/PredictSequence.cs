namespace Lstm.Service.Predictions;

/// <summary>A whole sequence as a caller sent it.</summary>
/// <param name="X">[T, input_size], row-major; T follows from the number of values.</param>
/// <param name="State">Where it starts, every piece of the model's state; empty: what the model starts from.</param>
internal sealed record PredictSequence(ReadOnlyMemory<float> X, IReadOnlyList<NamedValues> State);
