using Lstm.V1;

namespace Lstm.Client;

/// <summary>What else a prediction may ask for.</summary>
public sealed record PredictOptions
{
    /// <summary>Where the sequences start: every piece of the model's state, as <see cref="SequenceResult.State"/> or a session has it. Empty, the default: what the model starts from.</summary>
    public IReadOnlyList<NamedTensor> State { get; init; } = [];

    /// <summary>
    /// Whole numbers and booleans, exactly: for each sequence the values of the model's integer inputs, [T, their size]; x holds the values of the other inputs only then.
    /// Empty, the default: x holds all.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<long>> Integers { get; init; } = [];

    /// <summary>What the model is given once (its session_inputs), for every sequence the same; may be among the pieces of the state instead.</summary>
    public IReadOnlyList<NamedTensor> Inputs { get; init; } = [];

    /// <summary>Whether the results carry the state after the last timestep.</summary>
    public bool WantState { get; init; }
}
