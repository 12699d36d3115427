using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Lstm.Engine.Kernels;

/// <summary>Which widths this processor runs in hardware.</summary>
internal static class VectorWidths
{
    /// <summary>Rows are padded to this many floats, the widest vector, so that no kernel has a tail.</summary>
    public const int RowAlignment = 16;

    /// <summary>All that run in hardware, widest first; always ends with the scalar one.</summary>
    public static IReadOnlyList<VectorWidth> Available { get; } = Find();

    /// <summary>The widest one in hardware.</summary>
    public static VectorWidth Best => Available[0];

    /// <summary>Rounds a row's length up to whole vectors of any width.</summary>
    /// <param name="length">Floats in the row.</param>
    /// <returns>Floats to reserve.</returns>
    public static int Pad(int length) => (length + RowAlignment - 1) / RowAlignment * RowAlignment;

    private static List<VectorWidth> Find()
    {
        var widths = new List<VectorWidth>(4);
        // Without fused multiply-add in hardware a vector would be emulated lane by lane; the scalar code is that, and simpler.
        if (Fma.IsSupported || AdvSimd.IsSupported)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                widths.Add(VectorWidth.Bits512);
            }
            if (Vector256.IsHardwareAccelerated)
            {
                widths.Add(VectorWidth.Bits256);
            }
            if (Vector128.IsHardwareAccelerated)
            {
                widths.Add(VectorWidth.Bits128);
            }
        }
        widths.Add(VectorWidth.Scalar);
        return widths;
    }
}
