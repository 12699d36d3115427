namespace Lstm.Engine.Onnx;

/// <summary>One vector of the state: h or c of a recurrent layer, past frames of a convolution, a running sum.</summary>
/// <param name="Name">E.g. "layer0.h".</param>
/// <param name="Offset">Where it lies in a state.</param>
/// <param name="Length">Number of values.</param>
/// <param name="Old">Where a step finds it in a session's row.</param>
/// <param name="New">Where a step leaves the new one in a session's row.</param>
/// <param name="Start">What it starts from: a constant, an initial state or a value of the session of as many values; null for zero.</param>
internal sealed record StateSlot(string Name, int Offset, int Length, int Old, int New, TracedValue? Start)
{
    /// <summary>Its shape as users see it.</summary>
    public IReadOnlyList<int> Shape { get; init; } = [Length];

    /// <summary>Whether it never changes after a session's start.</summary>
    public bool IsGiven { get; init; }

    /// <summary>Whether it runs from the last timestep to the first.</summary>
    public bool Reverse { get; init; }
}
