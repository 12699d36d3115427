namespace Lstm.Client;

/// <summary>What else a step may ask for.</summary>
public sealed record StepOptions
{
    /// <summary>
    /// The number of the (first) step, from 1. 0, the default: the session's next one. Name it to repeat a step whose reply was lost: the
    /// server gives the same reply again and leaves the state alone.
    /// </summary>
    public ulong Step { get; init; }

    /// <summary>How many steps x holds, one after another; they are done together or not at all. 1 by default.</summary>
    public uint Count { get; init; } = 1;

    /// <summary>
    /// Whole numbers and booleans, exactly, which floats are only up to 2^24: the values of the model's integer inputs, [Count, their size]. x holds the values of
    /// the other inputs only then. Empty, the default: x holds all. <see cref="V1.StepResult.YIntegers"/> has those of the outputs in any case.
    /// </summary>
    public ReadOnlyMemory<long> Integers { get; init; }

    /// <summary>Whether the reply carries h and c of every layer after the last step.</summary>
    public bool WantState { get; init; }

    /// <summary>Whether the reply carries the gates i, f, g, o of every layer in the last step.</summary>
    public bool WantGates { get; init; }
}
