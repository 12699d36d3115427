using System.Numerics;
using System.Runtime.InteropServices;

namespace Lstm.Service.Sessions;

/// <summary>Looks for NaN and infinities, a vector at a time.</summary>
internal static class FiniteFloats
{
    // All bits of the exponent: what NaN and the infinities have in common, and no other float has.
    private const int Exponent = 0x7F80_0000;

    /// <summary>Finds the first value that is not finite.</summary>
    /// <param name="values">The values.</param>
    /// <returns>Its place, or -1.</returns>
    public static int FindOther(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, int>(values);
        var exponent = new Vector<int>(Exponent);
        int i = 0;
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
            if (Vector.EqualsAny(new Vector<int>(bits[i..]) & exponent, exponent))
                break;
        for (; i < bits.Length; i++)
            if ((bits[i] & Exponent) == Exponent)
                return i;
        return -1;
    }
}
