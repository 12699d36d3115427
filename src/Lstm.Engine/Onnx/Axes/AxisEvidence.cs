namespace Lstm.Engine.Onnx.Axes;

/// <summary>An axis of an input of the graph, and what a value's axis is made of.</summary>
/// <param name="Input">The input's name; empty for an axis that comes from no input.</param>
/// <param name="Axis">Its axis there.</param>
/// <param name="Length">How long the axis is here, −1 when unknown.</param>
internal readonly record struct AxisOrigin(string Input, int Axis, int Length)
{
    /// <summary>Whether it is an axis of an input.</summary>
    public bool IsKnown => Input is { Length: > 0 };

    /// <summary>An axis of weights or of unknown origin.</summary>
    /// <param name="length">Its length, −1 when unknown.</param>
    /// <returns>The axis.</returns>
    public static AxisOrigin Other(int length) => new("", -1, length);
}

/// <summary>What an operator takes an axis of an input for.</summary>
/// <param name="Role">T, B, or blank for values.</param>
/// <param name="Length">For values the length that the weights have; −1 otherwise.</param>
/// <param name="IsGuess">Whether something else could look the same.</param>
internal readonly record struct AxisEvidence(char Role, int Length, bool IsGuess = false);
