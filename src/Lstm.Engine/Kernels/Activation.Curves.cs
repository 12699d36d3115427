namespace Lstm.Engine.Kernels;

/// <content>The rest of the activation functions, for cells and heads that ask for them.</content>
internal static partial class Activation<V>
{
    /// <summary>Any activation function.</summary>
    /// <param name="curve">The function.</param>
    /// <param name="x">Its argument.</param>
    /// <returns>Its value; NaN stays NaN.</returns>
    public static V Apply(Curve curve, V x)
    {
        V zero = V.All(0f);
        V one = V.All(1f);
        V alpha = V.All(curve.Alpha);
        switch (curve.Kind)
        {
            case CurveKind.Sigmoid:
                return Sigmoid(x);
            case CurveKind.Tanh:
                return Tanh(x);
            case CurveKind.Relu:
                return V.IfLess(x, zero, zero, x);
            case CurveKind.LeakyRelu:
                return V.IfLess(x, zero, alpha * x, x);
            case CurveKind.ThresholdedRelu:
                return V.IfLess(alpha, x, x, zero); // at alpha itself it is zero
            case CurveKind.ScaledTanh:
                return alpha * Tanh(V.All(curve.Beta) * x);
            case CurveKind.HardSigmoid:
                V line = (alpha * x) + V.All(curve.Beta);
                line = V.IfLess(line, zero, zero, line);
                return V.IfLess(one, line, one, line);
            case CurveKind.Elu:
                return V.IfLess(x, zero, alpha * ExpMinusOne(x), x);
            case CurveKind.Softsign:
                return x / (one + V.Abs(x));
            case CurveKind.Softplus:
                return MapLanes(x, static a => (float)(Math.Max(a, 0) + Math.Log(1 + Math.Exp(-Math.Abs(a)))));
            case CurveKind.Affine:
                return (alpha * x) + V.All(curve.Beta);
            default:
                throw new ArgumentOutOfRangeException(nameof(curve), curve, null);
        }
    }

    /// <summary>e^x, largest error 2 ULP; +∞ from 89 on, 0 below −104.</summary>
    /// <param name="x">The exponent.</param>
    /// <returns>The power.</returns>
    public static V Exp(V x)
    {
        V limited = V.IfLess(V.All(89f), x, V.All(89f), V.IfLess(x, V.All(-104f), V.All(-104f), x));
        V p = ReducedExpMinusOne(limited, 1f, FloatBits.RoundToExponent, out V rounded);
        // n reaches −150, beyond the exponent range: in two halves, of which only the last product rounds.
        V n = rounded - V.All(FloatBits.RoundToExponent);
        V half = V.FusedMultiplyAdd(n, V.All(0.5f), V.All(FloatBits.RoundingMagic)) - V.All(FloatBits.RoundingMagic);
        return (V.All(1f) + p) * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    // e^x − 1 for x ≤ 0, without cancellation near zero.
    private static V ExpMinusOne(V x)
    {
        V limited = V.IfLess(x, V.All(-30f), V.All(-30f), x);
        V p = ReducedExpMinusOne(limited, 1f, FloatBits.RoundToExponent, out V rounded);
        V scale = V.ShiftToExponent(rounded);
        return V.FusedMultiplyAdd(scale, p, scale - V.All(1f));
    }

    // 2^n for whole n in −126 … 127.
    private static V PowerOfTwo(V n) => V.ShiftToExponent(n + V.All(FloatBits.RoundToExponent));

    /// <summary>A function too rare for a vector form: computed lane by lane, so on all widths alike.</summary>
    /// <param name="x">The arguments.</param>
    /// <param name="function">The function, in double precision.</param>
    /// <returns>The values.</returns>
    public static V MapLanes(V x, Func<double, float> function)
    {
        Span<float> lanes = stackalloc float[VectorWidths.RowAlignment];
        V.Store(x, ref lanes[0], 0);
        for (int lane = 0; lane < V.Width; lane++)
        {
            lanes[lane] = function(lanes[lane]);
        }
        return V.Load(ref lanes[0], 0);
    }
}
