namespace Lstm.Engine;

/// <summary>What the file does not say of the axes of an input or output, or of the values of an input.</summary>
/// <param name="TimeAxis">The axis of time; null where nothing is said.</param>
/// <param name="BatchAxis">The axis of the batch; null where nothing is said.</param>
/// <param name="Shape">Inputs: lengths of all axes, for those that the file leaves open and that are neither time nor batch; null where nothing is said.</param>
/// <param name="Values">Inputs that select a branch of the graph: the values that requests may send, the first being the one to load with; null for any.</param>
public sealed record TensorLayout(int? TimeAxis, int? BatchAxis, IReadOnlyList<int>? Shape = null, IReadOnlyList<double>? Values = null);
