using Lstm.Engine;
using Lstm.Engine.Kernels;

namespace Lstm.Cli.Bench.Cell;

/// <summary>How a cell is measured.</summary>
/// <param name="Rounds">Turns of each contender; the result is the median.</param>
/// <param name="Slice">Length of a turn.</param>
/// <param name="WarmUp">Time before the first turn, so that all code is compiled for good.</param>
/// <param name="WithPeer">Whether ONNX Runtime takes part.</param>
/// <param name="Width">Vector width of the native engine.</param>
/// <param name="Weights">How the weights lie in memory.</param>
internal sealed record CellPlan(int Rounds, TimeSpan Slice, TimeSpan WarmUp, bool WithPeer, VectorWidth Width, WeightFormat Weights);
