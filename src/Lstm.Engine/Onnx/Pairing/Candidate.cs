namespace Lstm.Engine.Onnx.Pairing;

/// <summary>A state input and a target that fit.</summary>
/// <param name="Input">Number of the graph input.</param>
/// <param name="Target">The target.</param>
/// <param name="Cost">How far the target is from the input along the graph.</param>
/// <param name="CostIfAdded">The same, when a value that is only added to is still taken for a state.</param>
/// <param name="Lateness">How many outputs the target is computed from: of equal ones the first is the state.</param>
/// <param name="Likeness">How alike the names are.</param>
/// <param name="Found">The path in words.</param>
internal sealed record Candidate(int Input, Target Target, int Cost, int CostIfAdded, int Lateness, int Likeness, string Found);
