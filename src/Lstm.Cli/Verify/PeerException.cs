namespace Lstm.Cli.Verify;

/// <summary>ONNX Runtime cannot be made to compute what the native engine computes.</summary>
/// <param name="reason">Why not.</param>
internal sealed class PeerException(string reason) : Exception(reason);
