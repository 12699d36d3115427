namespace Lstm.Engine.Onnx.Pairing;

/// <summary>A state input and a target that fit, so far as type, shape and dependence go.</summary>
/// <param name="Input">Number of the graph input.</param>
/// <param name="Target">The target.</param>
/// <param name="Kinds">What happens to the input on its ways to the target.</param>
/// <param name="Cost">How far the target is from the input along the graph.</param>
/// <param name="Lateness">How many outputs the target is computed from: of equal ones the first is the state.</param>
/// <param name="Name">How surely the names call one state before and after a step.</param>
/// <param name="Found">The path in words.</param>
internal sealed record Candidate(int Input, Target Target, PathKinds Kinds, int Cost, int Lateness, int Name, string Found)
{
    /// <summary>Whether nothing but movements or a recurrent node lies between.</summary>
    public bool IsKept => (Kinds & (PathKinds.Kept | PathKinds.Moved | PathKinds.Scaled)) != 0;

    /// <summary>Whether the input is scaled and added to: the form of a cell that keeps part of its state.</summary>
    public bool IsGated => !IsKept && (Kinds & PathKinds.Gated) != 0;

    /// <summary>Whether the input goes through a sum, as a state and a residual do alike.</summary>
    public bool IsSum => !IsKept && (Kinds & (PathKinds.Gated | PathKinds.Added)) != 0;

    /// <summary>Whether the target is computed from the input and constants alone: a counter.</summary>
    public bool IsCounter { get; init; }
}
