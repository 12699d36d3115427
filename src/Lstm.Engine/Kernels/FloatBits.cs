namespace Lstm.Engine.Kernels;

/// <summary>Facts of IEEE 754 binary32 that the vectors share.</summary>
internal static class FloatBits
{
    /// <summary>Bits of the fraction.</summary>
    public const int MantissaBits = 23;

    /// <summary>Bits of half a float: what a bfloat16 leaves out.</summary>
    public const int HalfBits = 16;

    /// <summary>1.5·2^23: adding and subtracting it rounds |a| &lt; 2^22 to the nearest whole number, ties to even.</summary>
    public const float RoundingMagic = 12_582_912f;

    /// <summary>1.5·2^23 + 127: adding it to a rounds a to the nearest whole n, and leaves the biased exponent of 2^n in the lowest bits.</summary>
    public const float RoundToExponent = RoundingMagic + 127f;

    /// <summary>Added to <see cref="RoundToExponent"/> it sets the bit above the exponent: −2^n.</summary>
    public const float SignAboveExponent = 256f;
}
