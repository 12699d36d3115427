namespace Lstm.Engine.Onnx;

/// <summary>One value of a step's input has to be a whole number in a range (a row of an embedding table).</summary>
/// <param name="Index">Its place in x.</param>
/// <param name="Least">The least allowed.</param>
/// <param name="Most">The largest allowed.</param>
internal readonly record struct InputRange(int Index, int Least, int Most);
