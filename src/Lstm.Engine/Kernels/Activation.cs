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
        // With e = e^−|x| nothing overflows: σ(x) = 1/(1+e) for x ≥ 0 and e/(1+e) for x < 0.
        V magnitude = V.Abs(x);
        V zero = V.All(0f);
        // e^−104 is below half the smallest subnormal.
        V limited = V.IfLess(V.All(104f), magnitude, V.All(104f), magnitude);
        V p = ReducedExpMinusOne(zero - limited, out V n);
        V one = V.All(1f);
        V power = one + p;
        V e = Scale(power, n);
        V denominator = one + e;
        V quotient = V.IfLess(x, zero, e, one) / denominator;
        // What rounding took from the two sums, to first order; without it the error reaches 2.4 ULP.
        V lost = V.IfLess(x, zero, p - (power - one), zero) - (e - (denominator - one));
        return V.FusedMultiplyAdd(quotient, lost, quotient);
    }

    /// <summary>tanh(x), largest error 2 ULP; odd, ±0 stays ±0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        V zero = V.All(0f);
        // With m = e^(−2|x|) − 1, computed without cancellation: tanh|x| = −m / (2 + m).
        V magnitude = V.Abs(x);
        // tanh(10) rounds to 1.
        V limited = V.IfLess(V.All(10f), magnitude, V.All(10f), magnitude);
        V p = ReducedExpMinusOne(limited * V.All(-2f), out V n);
        V scale = V.PowerOfTwo(n);
        V one = V.All(1f);
        V shifted = scale - one;
        V m = V.FusedMultiplyAdd(scale, p, shifted);
        V denominator = V.All(2f) + m;
        V quotient = m / denominator;
        // What rounding took from m and from the sum, to first order; without it the error reaches 2.5 ULP.
        // d(−tanh)/dm = 2/(2 + m)² = (1 − quotient)²/2.
        V lostOfM = V.FusedMultiplyAdd(scale, p, shifted - m);
        V lost = m - (denominator - V.All(2f));
        V slope = one - quotient;
        V correction = V.FusedMultiplyAdd(lostOfM * slope, slope * V.All(0.5f), (zero - lost) * quotient);
        return V.CopySign(quotient + correction, x);
    }

    // a·2^n; n reaches −150, beyond the exponent range: in two halves, of which only the last product rounds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scale(V a, V n)
    {
        V half = V.FusedMultiplyAdd(n, V.All(0.5f), V.All(FloatBits.RoundingMagic)) - V.All(FloatBits.RoundingMagic);
        return a * V.PowerOfTwo(half) * V.PowerOfTwo(n - half);
    }

    // e^a = 2^n·(1 + p) with n = round(a/ln 2) and |r| ≤ ln 2/2: p = e^r − 1 = r + r²·q(r), q of degree 5 fitted for the least
    // largest |r·(q − exact)| on that range (2.3e-9, 0.04 ULP of p's scale, with the coefficients rounded to float32).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ReducedExpMinusOne(V a, out V n)
    {
        n = V.FusedMultiplyAdd(a, V.All(Log2E), V.All(FloatBits.RoundingMagic)) - V.All(FloatBits.RoundingMagic);
        V r = V.FusedMultiplyAdd(n, V.All(-Ln2High), a);
        r = V.FusedMultiplyAdd(n, V.All(-Ln2Low), r);
        V q = V.FusedMultiplyAdd(V.All(0.00019914017f), r, V.All(0.001394107f));
        q = V.FusedMultiplyAdd(q, r, V.All(0.008333273f));
        q = V.FusedMultiplyAdd(q, r, V.All(0.041666355f));
        q = V.FusedMultiplyAdd(q, r, V.All(0.16666667f));
        q = V.FusedMultiplyAdd(q, r, V.All(0.5f));
        return V.FusedMultiplyAdd(r * r, q, r);
    }
}
