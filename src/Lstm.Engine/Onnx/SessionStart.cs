namespace Lstm.Engine.Onnx;

/// <summary>What is computed once, when a session opens.</summary>
/// <param name="Work">Layers and the row's layout.</param>
/// <param name="Inputs">What is given.</param>
internal sealed record SessionStart(StepPlanner Work, IReadOnlyList<StepPort> Inputs);
