namespace Lstm.Engine.Onnx.External;

/// <summary>A file with external data is not read; caught where the tensor is known.</summary>
/// <param name="reason">Expected, found, what to do.</param>
internal sealed class ExternalDataException(string reason) : Exception(reason);
