namespace Lstm.Engine.Onnx;

/// <summary>A node cannot be traced; caught by the tracer, which goes on with the nodes that do not depend on it.</summary>
/// <param name="reason">Expected, found, what to do.</param>
internal sealed class NodeFaultException(string reason) : Exception(reason);
