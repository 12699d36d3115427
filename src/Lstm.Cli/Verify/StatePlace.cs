using Lstm.Engine;

namespace Lstm.Cli.Verify;

/// <summary>One state of the engine inside the tensors of a state pair.</summary>
/// <param name="Slice">The engine's state, e.g. "layer0.h".</param>
/// <param name="Pair">State input and the output that feeds it; both have the same shape.</param>
/// <param name="Offset">Where unit 0 of row 0 lies.</param>
/// <param name="RowStride">From one row of the batch to the next.</param>
/// <param name="UnitStride">From one unit to the next.</param>
internal sealed record StatePlace(NamedSlice Slice, (string Input, string Output) Pair, int Offset, int RowStride, int UnitStride)
{
    public int IndexOf(int row, int unit) => Offset + row * RowStride + unit * UnitStride;

    public bool Fits(int length, int batch) => IndexOf(batch - 1, Slice.Length - 1) < length;
}
