using Lstm.Engine.Kernels;

namespace Lstm.Engine.Tests;

/// <summary>Theory data: the vector widths that this processor runs, or all of them where emulation will do.</summary>
public static class Widths
{
    /// <summary>Every width in hardware; as numbers of lanes, since the type is internal.</summary>
    public static TheoryData<int> Every => [.. VectorWidths.Available.Select(static w => (int)w)];
}
