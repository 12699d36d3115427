using System.Runtime.Intrinsics;

namespace Lstm.Engine.Tests.Reference;

/// <summary>
/// σ and tanh in double precision, four at a time: quick enough to be asked about every float. Relative error below 1e-13, which is 1e-6 units
/// in the last place of a float; the tests compare it with <see cref="Math"/>.
/// </summary>
internal static class Float64Curves
{
    // 1.5·2^52 + 1023: adding it rounds to the nearest whole n and leaves the biased exponent of 2^n in the low bits.
    private const double RoundingMagic = 6_755_399_441_055_744d + 1023d;
    private const int MantissaBits = 52;

    // ln 2 in two parts; the high one ends in 21 zero bits, so that n·high is exact.
    private const double Ln2High = 0.6931471803691238;
    private const double Ln2Low = 1.9082149292705877e-10;

    // Taylor: r¹²/12! < 7e-15 for |r| ≤ ln 2/2.
    private const int Degree = 11;

    private static readonly double[] _inverseFactorials = [.. Enumerable.Range(0, Degree + 1).Select(static k => 1 / Enumerable.Range(1, k).Aggregate(1d, static (a, b) => a * b))];

    /// <summary>1/(1 + e^−x), for x ≥ 0 and below with e^−|x| in numerator and denominator, so that nothing overflows.</summary>
    /// <param name="x">−200 … 200.</param>
    /// <returns>σ(x).</returns>
    public static Vector256<double> Sigmoid(Vector256<double> x)
    {
        Vector256<double> p = ReducedExpMinusOne(-Vector256.Abs(x), out Vector256<double> scale);
        Vector256<double> e = Vector256.FusedMultiplyAdd(scale, p, scale);
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<double>.Zero), e, Vector256<double>.One) / (Vector256<double>.One + e);
    }

    /// <summary>With m = e^(−2|x|) − 1, taken without cancellation: tanh|x| = −m/(2 + m).</summary>
    /// <param name="x">−100 … 100.</param>
    /// <returns>tanh(x).</returns>
    public static Vector256<double> Tanh(Vector256<double> x)
    {
        Vector256<double> p = ReducedExpMinusOne(-2d * Vector256.Abs(x), out Vector256<double> scale);
        Vector256<double> m = Vector256.FusedMultiplyAdd(scale, p, scale - Vector256<double>.One);
        return Vector256.CopySign(m / (Vector256.Create(2d) + m), x);
    }

    // e^a = 2^n·(1 + p), scale = 2^n.
    private static Vector256<double> ReducedExpMinusOne(Vector256<double> a, out Vector256<double> scale)
    {
        Vector256<double> magic = Vector256.Create(RoundingMagic);
        Vector256<double> biased = Vector256.FusedMultiplyAdd(a, Vector256.Create(1 / Math.Log(2)), magic);
        scale = Vector256.ShiftLeft(biased.AsInt64(), MantissaBits).AsDouble();
        Vector256<double> n = biased - magic;
        Vector256<double> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2High), a);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2Low), r);
        Vector256<double> q = Vector256.Create(_inverseFactorials[Degree]);
        for (int k = Degree - 1; k >= 2; k--)
        {
            q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(_inverseFactorials[k]));
        }
        return Vector256.FusedMultiplyAdd(r * r, q, r);
    }
}
