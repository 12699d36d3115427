using Lstm.Engine.Kernels;

namespace Lstm.Engine.Tests.Kernels;

/// <summary>The edges, and the same bits on all widths; how exact σ and tanh are is in <see cref="EveryFloatTests"/>.</summary>
public sealed class ActivationTests
{
    private const int Chunk = 1 << 16;

    public static TheoryData<int> EveryWidth => Widths.Every;

    [Theory, MemberData(nameof(EveryWidth))]
    public void Curves_AtTheEdges_SaturateAndKeepNaN(int width)
    {
        float[] x = Padded([0f, -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 200f, -200f, float.Epsilon, -float.Epsilon]);
        float[] sigmoid = Run(width, Curve.Sigmoid, x);
        float[] tanh = Run(width, Curve.Tanh, x);

        Assert.Equal([0.5f, 0.5f, 1f, 0f, float.NaN, 1f, 0f, 0.5f, 0.5f], sigmoid[..9]);
        Assert.Equal([0f, -0f, 1f, -1f, float.NaN, 1f, -1f, float.Epsilon, -float.Epsilon], tanh[..9]);
        Assert.True(float.IsNegative(tanh[1]), "tanh(−0) is −0");
    }

    [Fact]
    public void ThresholdedRelu_AtTheThreshold_IsZero()
    {
        var curve = new Lstm.Engine.Kernels.Curve(CurveKind.ThresholdedRelu, 0.5f);
        float[] y = new float[3];
        float[] x = [MathF.BitDecrement(0.5f), 0.5f, MathF.BitIncrement(0.5f)];
        for (int n = 0; n < x.Length; n++)
        {
            Float1.Store(Activation<Float1>.Apply(curve, Float1.All(x[n])), ref y[n], 0);
        }

        Assert.Equal([0f, 0f, x[2]], y);
    }

    [Theory, MemberData(nameof(EveryWidth))]
    public void Curves_OnEveryWidth_AreBitEqualToScalar(int width)
    {
        float[] x = new float[Chunk];
        for (uint first = 0; first < 16; first++)
        {
            Fill(x, first * 268_435_399u, 4093);
            foreach (Curve curve in Enum.GetValues<Curve>())
            {
                float[] expected = Run((int)VectorWidth.Scalar, curve, x);
                float[] actual = Run(width, curve, x);
                for (int n = 0; n < x.Length; n++)
                {
                    Assert.True(
                        BitConverter.SingleToInt32Bits(expected[n]) == BitConverter.SingleToInt32Bits(actual[n]) || (float.IsNaN(expected[n]) && float.IsNaN(actual[n])),
                        $"{curve}({x[n]:R}): scalar {expected[n]:R}, {width} lanes {actual[n]:R}");
                }
            }
        }
    }

    private static void Fill(float[] x, uint first, uint stride)
    {
        for (int n = 0; n < x.Length; n++)
        {
            x[n] = BitConverter.UInt32BitsToSingle(first + ((uint)n * stride));
        }
    }

    private static float[] Padded(float[] values) => [.. values, .. new float[VectorWidths.Pad(values.Length) - values.Length]];

    private static float[] Run(int width, Curve curve, float[] x)
    {
        var work = new CurveWork(curve, x);
        VectorRunner.Run(width, work);
        return work.Y;
    }

    private enum Curve
    {
        Sigmoid,
        Tanh,
    }

    private sealed class CurveWork(Curve curve, float[] x) : IVectorWork
    {
        public float[] Y { get; } = new float[x.Length];

        public void Run<V>()
            where V : struct, IFloatVector<V>
        {
            for (int n = 0; n < x.Length; n += V.Width)
            {
                V v = V.Load(ref x[0], n);
                V.Store(curve == Curve.Sigmoid ? Activation<V>.Sigmoid(v) : Activation<V>.Tanh(v), ref Y[0], n);
            }
        }
    }
}
