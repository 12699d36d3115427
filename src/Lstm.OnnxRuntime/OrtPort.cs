namespace Lstm.OnnxRuntime;

/// <summary>An input or output of a graph as ONNX Runtime describes it.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="ElementType">float32, float64, float16, int64, int32, uint8, bool, …</param>
/// <param name="Shape">Lengths of all axes, time and batch too; -1 where the file leaves it open.</param>
/// <param name="AxisNames">The name of each open axis as the file gives it; empty where it has none.</param>
public sealed record OrtPort(string Name, string ElementType, IReadOnlyList<int> Shape, IReadOnlyList<string> AxisNames);
