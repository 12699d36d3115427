namespace Lstm.Engine.Onnx;

/// <summary>An input or output of a step.</summary>
/// <param name="Info">What users see of it.</param>
/// <param name="Offset">Where it lies in a session's row.</param>
internal sealed record StepPort(TensorInfo Info, int Offset)
{
    /// <summary>Number of values per step.</summary>
    public int Size { get; } = Info.Size;
}
