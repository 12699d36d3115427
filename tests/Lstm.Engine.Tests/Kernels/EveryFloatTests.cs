using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lstm.Engine.Kernels;
using Lstm.Engine.Tests.Reference;
using Xunit.Abstractions;

namespace Lstm.Engine.Tests.Kernels;

/// <summary>σ and tanh at each of the 2^32 floats.</summary>
/// <remarks>
/// Every bit pattern is given to the function under test. Where the correctly rounded answer is one and the same (σ far out and next to zero,
/// tanh far out) or the argument itself (tanh next to zero), the answer has to be exactly that; in between it is compared with double precision.
/// </remarks>
public sealed class EveryFloatTests(ITestOutputHelper output)
{
    // In distances of the floats around the exact value, so below a power of two in the smaller one.
    private const double MostUlps = 2.0;

    // The patterns that share their upper half: one sign, one exponent, so that a chunk lies on one side of every bound below.
    private const int Chunk = 1 << 16;

    private readonly float[] _x = new float[Chunk];
    private readonly float[] _y = new float[Chunk];
    private double _worst;
    private float _worstAt;

    [Fact]
    public void Sigmoid_OfEveryFloat_IsWithinTwoUlps() => CheckAll(CurveKind.Sigmoid, Float64Curves.Sigmoid, static x => x switch
    {
        >= 18f => 1f, // 1 − σ < e^−18, less than half of 2^-24
        <= -104f => 0f, // σ < e^−104, less than half of the smallest subnormal
        > -2.9802322e-8f and < 2.9802322e-8f => 0.5f, // 2^-25: |σ − ½| ≤ |x|/4, a quarter of the distance below ½
        _ => null,
    });

    [Fact]
    public void Tanh_OfEveryFloat_IsWithinTwoUlps() => CheckAll(CurveKind.Tanh, Float64Curves.Tanh, static x => x switch
    {
        >= 10f => 1f, // 1 − tanh < 2·e^−20, less than half of 2^-24
        <= -10f => -1f,
        > -9.313226e-10f and < 9.313226e-10f => x, // 2^-30: x − tanh x < x³/3 ≤ x·2^-60/3; also ±0 and the subnormals
        _ => null,
    });

    [Fact]
    public void Reference_EqualsMath()
    {
        var random = new Random(1);
        for (int n = 0; n < 100_000; n++)
        {
            double x = (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-30, 8));
            AssertClose(Math.Tanh(x), Float64Curves.Tanh(Vector256.Create(x))[0], x);
            AssertClose(x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)), Float64Curves.Sigmoid(Vector256.Create(x))[0], x);
        }
    }

    private static void AssertClose(double expected, double actual, double x) =>
        Assert.True(Math.Abs(actual - expected) <= 1e-13 * Math.Abs(expected), $"at {x:R}: {actual:R} instead of {expected:R}");

    // settled: the answer where it is known, otherwise null.
    private void CheckAll(CurveKind kind, Func<Vector256<double>, Vector256<double>> exact, Func<float, float?> settled)
    {
        var work = new Work(kind, _x, _y);
        int width = (int)VectorWidths.Best;
        for (ulong first = 0; first < 1UL << 32; first += Chunk)
        {
            Fill((uint)first);
            VectorRunner.Run(width, work);
            if (float.IsNaN(_x[^1]))
            {
                // The chunk that begins with infinity goes on with NaNs.
                int nans = float.IsInfinity(_x[0]) ? 1 : 0;
                Assert.True(nans == 0 || _y[0] == settled(_x[0]), $"{kind}({_x[0]}) is {_y[0]:R}");
                Assert.True(_y.AsSpan(nans).IndexOfAnyExcept(float.NaN) < 0, $"{kind} of some NaN from 0x{first:X8} on is a number");
            }
            else if (settled(_x[0]) is { } value)
            {
                bool isArgument = settled(_x[^1]) != value;
                ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(_y.AsSpan());
                int wrong = isArgument ? Mismatch(bits, MemoryMarshal.Cast<float, uint>(_x.AsSpan())) : bits.IndexOfAnyExcept(BitConverter.SingleToUInt32Bits(value));
                Assert.True(wrong < 0, wrong < 0 ? "" : $"{kind}({_x[wrong]:R}) is {_y[wrong]:R} instead of {(isArgument ? _x[wrong] : value):R}");
            }
            else
            {
                Compare(exact);
            }
        }
        output.WriteLine($"{kind} over all 2^32 floats on {width} lanes: largest error {_worst:F4} ULP, at {_worstAt:R} (0x{BitConverter.SingleToUInt32Bits(_worstAt):X8})");
        Assert.True(_worst <= MostUlps, $"{kind}({_worstAt:R}) is {_worst:F4} ULP off");
    }

    private static int Mismatch(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        int common = a.CommonPrefixLength(b);
        return common == a.Length ? -1 : common;
    }

    private void Fill(uint first)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(_x.AsSpan());
        for (int n = 0; n < Chunk; n++)
        {
            bits[n] = first + (uint)n;
        }
    }

    private void Compare(Func<Vector256<double>, Vector256<double>> exact)
    {
        Vector256<double> worst = Vector256<double>.Zero;
        for (int n = 0; n < Chunk; n += Vector256<float>.Count)
        {
            (Vector256<double> lower, Vector256<double> upper) = Errors(n, exact);
            worst = Vector256.Max(worst, Vector256.Max(lower, upper)); // a NaN stays
        }
        double largest = Enumerable.Range(0, 4).Max(lane => double.IsNaN(worst[lane]) ? double.PositiveInfinity : worst[lane]);
        if (largest > _worst)
        {
            _worst = largest;
            _worstAt = _x[Enumerable.Range(0, Chunk / 8).SelectMany(v =>
            {
                (Vector256<double> lower, Vector256<double> upper) = Errors(8 * v, exact);
                return Enumerable.Range(0, 8).Select(lane => (Index: (8 * v) + lane, Error: lane < 4 ? lower[lane] : upper[lane - 4]));
            }).MaxBy(static e => double.IsNaN(e.Error) ? double.PositiveInfinity : e.Error).Index];
        }
    }

    private (Vector256<double> Lower, Vector256<double> Upper) Errors(int n, Func<Vector256<double>, Vector256<double>> exact)
    {
        (Vector256<double> xLower, Vector256<double> xUpper) = Vector256.Widen(Vector256.LoadUnsafe(ref _x[0], (nuint)n));
        (Vector256<double> yLower, Vector256<double> yUpper) = Vector256.Widen(Vector256.LoadUnsafe(ref _y[0], (nuint)n));
        return (UlpsBetween(yLower, exact(xLower)), UlpsBetween(yUpper, exact(xUpper)));
    }

    // |y − truth| in distances of the floats around the truth: 2^(e − 23) for the exponent e of the truth, at least −126. A result outside of
    // 0 … 1 or of the wrong sign counts as infinitely wrong.
    private static Vector256<double> UlpsBetween(Vector256<double> y, Vector256<double> truth)
    {
        Vector256<double> magnitude = Vector256.Max(Vector256.Abs(truth), Vector256.Create(1.1754943508222875e-38));
        // Twice the bias of a double's exponent, plus 23.
        Vector256<long> inverse = Vector256.Create((2046L + 23L) << 52) - (magnitude.AsInt64() & Vector256.Create(0x7FFL << 52));
        Vector256<double> ulps = Vector256.Abs(y - truth) * inverse.AsDouble();
        Vector256<double> beyond = Vector256.GreaterThan(Vector256.Abs(y), Vector256<double>.One) | Vector256.LessThan(y * truth, Vector256<double>.Zero);
        return Vector256.ConditionalSelect(beyond, Vector256.Create(double.PositiveInfinity), ulps);
    }

    private sealed class Work(CurveKind kind, float[] x, float[] y) : IVectorWork
    {
        public void Run<V>()
            where V : struct, IFloatVector<V>
        {
            if (kind == CurveKind.Sigmoid)
            {
                for (int n = 0; n < x.Length; n += V.Width)
                {
                    V.Store(Activation<V>.Sigmoid(V.Load(ref x[0], n)), ref y[0], n);
                }
            }
            else
            {
                for (int n = 0; n < x.Length; n += V.Width)
                {
                    V.Store(Activation<V>.Tanh(V.Load(ref x[0], n)), ref y[0], n);
                }
            }
        }
    }
}
