namespace Lstm.Engine.Onnx;

/// <summary>What a step of a graph takes, does and gives.</summary>
/// <param name="Work">Layers, state, the row's layout.</param>
/// <param name="Inputs">What a step takes.</param>
/// <param name="Outputs">What a step gives.</param>
internal sealed record StepPlan(StepPlanner Work, IReadOnlyList<StepPort> Inputs, IReadOnlyList<StepPort> Outputs);
