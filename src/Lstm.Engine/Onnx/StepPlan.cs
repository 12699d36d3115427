namespace Lstm.Engine.Onnx;

/// <summary>What a step, or a whole sequence, of a graph takes, does and gives.</summary>
/// <param name="Work">Layers, state, the row's layout.</param>
/// <param name="Inputs">What a step takes.</param>
/// <param name="Outputs">What a step gives.</param>
internal sealed record StepPlan(StepPlanner Work, IReadOnlyList<StepPort> Inputs, IReadOnlyList<StepPort> Outputs)
{
    /// <summary>Why it cannot be one step at a time; empty when it can.</summary>
    public IReadOnlyList<ModelFault> NotStreamable { get; init; } = [];

    /// <summary>What is computed when a session opens; null for nothing.</summary>
    public SessionStart? Start { get; init; }

    /// <summary>State inputs and the outputs that feed them.</summary>
    public IReadOnlyList<StatePair> StatePairs { get; init; } = [];
}
