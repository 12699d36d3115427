namespace Lstm.Engine.Kernels;

/// <summary>Facts of IEEE 754 binary32 that the vectors share.</summary>
internal static class FloatBits
{
    /// <summary>Bits of the fraction.</summary>
    public const int MantissaBits = 23;

    /// <summary>Bits of half a float: what a bfloat16 leaves out.</summary>
    public const int HalfBits = 16;

    /// <summary>2^23 + 127: adding it to a whole n leaves the biased exponent of 2^n in the low bits, ready to be shifted into place.</summary>
    public const float ExponentBias = 8_388_608f + 127f;

    /// <summary>1.5·2^23: adding and subtracting it rounds |a| &lt; 2^22 to the nearest whole number, ties to even.</summary>
    public const float RoundingMagic = 12_582_912f;
}
