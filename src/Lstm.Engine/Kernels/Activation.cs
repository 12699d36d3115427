using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>The gates' two curves, each written once for all widths. NaN stays NaN.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal static partial class Activation<V>
    where V : struct, IFloatVector<V>
{
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts: the high one has 9 significant bits, so that n·high is exact for |n| ≤ 150 (Cody and Waite).
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>σ(x) = 1 / (1 + e^−x), largest error 2 ULP, also where the result is subnormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x)
    {
        // Numerator and denominator are 2^-64 of what stands above: e^104 would overflow, and nothing becomes subnormal before the division.
        const float Scale = 5.4210109e-20f;
        const float Magic = FloatBits.RoundToExponent - 64f + FloatBits.SignAboveExponent;
        // σ(18) rounds to 1; e^−104 is below half the smallest subnormal.
        V limited = V.Max(V.All(-104f), V.Min(V.All(18f), x));
        V minusP = ReducedExpMinusOne(limited, -1f, Magic, out V rounded);
        V minusPower = V.ShiftToExponent(rounded);
        V one = V.All(Scale);
        // 1 + 2^n·(1 + p). This order loses at most 3/2 half units of the denominator; 1 + 2^n first would lose 2 at n = 24.
        V denominator = V.FusedMultiplyAdd(minusPower, minusP, one) - minusPower;
        return one / denominator;
    }

    /// <summary>tanh(x), largest error 2 ULP; odd, ±0 stays ±0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        // With m = e^(−2|x|) − 1: tanh|x| = −m/(2 + m), here both halved. tanh(10) rounds to 1.
        V limited = V.Max(V.All(-10f), V.CopySign(x, V.All(-1f)));
        V halfP = ReducedExpMinusOne(limited, 2f, FloatBits.RoundToExponent, out V rounded);
        V power = V.ShiftToExponent(rounded);
        V half = V.All(0.5f);
        // m = 2^n·p + (2^n − 1) without cancellation, and 2 + m not from m: each is one exact sum, rounded once. Taken from m it would be 2.5 ULP.
        V product = power * halfP;
        V numerator = product + V.FusedMultiplyAdd(power, half, V.All(-0.5f));
        V denominator = product + V.FusedMultiplyAdd(power, half, half);
        return V.CopySign(numerator / denominator, x);
    }

    // With a = factor·x, factor a power of two or its negative: e^a = 2^n·(1 + p), n = round(a/ln 2), |a − n·ln 2| ≤ ln 2/2. Returns p/factor, and
    // magic + n. p = e^r − 1 = r + r²·q(r), q of degree 4 with the least largest |r²·(q − exact)|/e^r on that range (Remez; 3.6e-9, 0.06 ULP, with the
    // coefficients rounded to float32). Here r/factor takes the place of r, which changes each coefficient by a power of two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ReducedExpMinusOne(V x, float factor, float magic, out V rounded)
    {
        rounded = V.FusedMultiplyAdd(x, V.All(factor * Log2E), V.All(magic));
        V n = rounded - V.All(magic);
        V r = V.FusedMultiplyAdd(n, V.All(-Ln2High / factor), x);
        r = V.FusedMultiplyAdd(n, V.All(-Ln2Low / factor), r);
        V q = V.FusedMultiplyAdd(V.All(factor * factor * factor * factor * factor * 0.0013814541f), r, V.All(factor * factor * factor * factor * 0.0083687454f));
        q = V.FusedMultiplyAdd(q, r, V.All(factor * factor * factor * 0.04166839f));
        q = V.FusedMultiplyAdd(q, r, V.All(factor * factor * 0.16666521f));
        q = V.FusedMultiplyAdd(q, r, V.All(factor * 0.49999994f));
        return V.FusedMultiplyAdd(r * r, q, r);
    }
}
