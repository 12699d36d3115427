namespace Lstm.Cli.Verify.Runtime;

/// <summary>ONNX Runtime cannot be made to compute what the engine computes.</summary>
/// <param name="reason">Why not.</param>
internal sealed class NothingToCompareException(string reason) : Exception(reason);
