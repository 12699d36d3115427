using System.Runtime.InteropServices;

namespace Lstm.Engine;

/// <summary>
/// Whole numbers among 32-bit words. A float holds every whole number up to 2^24 only, so one that has to be exact lies in two words, bit by bit,
/// and is never computed with as floats.
/// </summary>
public static class IntegerWords
{
    /// <summary>Words of one whole number.</summary>
    public const int PerInteger = 2;

    /// <summary>The words as whole numbers.</summary>
    /// <param name="words">[2 · n].</param>
    /// <returns>[n], the same memory.</returns>
    public static Span<long> Of(Span<float> words) => MemoryMarshal.Cast<float, long>(words);

    /// <summary>The words as whole numbers.</summary>
    /// <param name="words">[2 · n].</param>
    /// <returns>[n], the same memory.</returns>
    public static ReadOnlySpan<long> Of(ReadOnlySpan<float> words) => MemoryMarshal.Cast<float, long>(words);
}
