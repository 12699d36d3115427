namespace Lstm.Engine.Onnx.Pairing;

/// <summary>Where the next value of a state may come out: an output, or a part of one.</summary>
/// <param name="Output">Number of the graph output.</param>
/// <param name="Value">The value.</param>
/// <param name="Part">Number of the part; −1 for the whole output.</param>
/// <param name="Count">How many parts there are.</param>
/// <param name="Axis">The axis along which the parts lie.</param>
internal sealed record Target(int Output, int Value, int Part = -1, int Count = 1, int Axis = -1);
