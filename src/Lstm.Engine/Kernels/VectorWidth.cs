namespace Lstm.Engine.Kernels;

/// <summary>How many floats a kernel handles at a time. Results are bit-equal on all of them.</summary>
internal enum VectorWidth
{
    /// <summary>One float at a time, with fused multiply-add.</summary>
    Scalar = 1,

    /// <summary>128 bits.</summary>
    Bits128 = 4,

    /// <summary>256 bits.</summary>
    Bits256 = 8,

    /// <summary>512 bits.</summary>
    Bits512 = 16,
}
