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

    /// <summary>Whether the reply carries h and c of every layer after the last step.</summary>
    public bool WantState { get; init; }

    /// <summary>Whether the reply carries the gates i, f, g, o of every layer in the last step.</summary>
    public bool WantGates { get; init; }
}
