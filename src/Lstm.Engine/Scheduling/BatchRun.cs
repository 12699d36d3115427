namespace Lstm.Engine.Scheduling;

/// <summary>What is told of a batch that ran.</summary>
/// <param name="Width">Sessions that stepped together.</param>
/// <param name="Waited">How long the one that waited longest had waited for its run; zero when the model was idle.</param>
/// <param name="Ran">How long the run took.</param>
public readonly record struct BatchRun(int Width, TimeSpan Waited, TimeSpan Ran);
