namespace Lstm.Engine.Tests.Reference;

/// <summary>
/// The LSTM cell as the textbook writes it, in double precision and without any speed: weights n×(n+m) on [h(t−1), x(t)].
/// </summary>
/// <param name="inputSize">m.</param>
/// <param name="hiddenSize">n.</param>
internal sealed class TextbookLstm(int inputSize, int hiddenSize)
{
    public int InputSize { get; } = inputSize;

    public int HiddenSize { get; } = hiddenSize;

    // Each [n, n + m], columns for h first, then for x; biases [n].
    public double[,] Wf { get; } = new double[hiddenSize, hiddenSize + inputSize];

    public double[,] Wi { get; } = new double[hiddenSize, hiddenSize + inputSize];

    public double[,] Wc { get; } = new double[hiddenSize, hiddenSize + inputSize];

    public double[,] Wo { get; } = new double[hiddenSize, hiddenSize + inputSize];

    public double[] Bf { get; } = new double[hiddenSize];

    public double[] Bi { get; } = new double[hiddenSize];

    public double[] Bc { get; } = new double[hiddenSize];

    public double[] Bo { get; } = new double[hiddenSize];

    public double[] H { get; private set; } = new double[hiddenSize];

    public double[] C { get; private set; } = new double[hiddenSize];

    /// <summary>4·(n·(n+m)+n).</summary>
    public long ParameterCount => new[] { Wf, Wi, Wc, Wo }.Sum(static w => (long)w.Length) + new[] { Bf, Bi, Bc, Bo }.Sum(static b => (long)b.Length);

    public LstmGates Step(ReadOnlySpan<float> x)
    {
        double[] joined = new double[HiddenSize + InputSize];
        H.CopyTo(joined, 0);
        for (int k = 0; k < InputSize; k++)
        {
            joined[HiddenSize + k] = x[k];
        }
        double[] f = Sigmoid(Affine(Wf, joined, Bf));
        double[] i = Sigmoid(Affine(Wi, joined, Bi));
        double[] candidate = Tanh(Affine(Wc, joined, Bc));
        double[] o = Sigmoid(Affine(Wo, joined, Bo));
        C = Add(Multiply(f, C), Multiply(i, candidate));
        H = Multiply(o, Tanh(C));
        return new LstmGates(i, f, candidate, o);
    }

    private static double[] Affine(double[,] w, double[] v, double[] b)
    {
        var result = new double[b.Length];
        for (int row = 0; row < b.Length; row++)
        {
            double sum = b[row];
            for (int k = 0; k < v.Length; k++)
            {
                sum += w[row, k] * v[k];
            }
            result[row] = sum;
        }
        return result;
    }

    private static double[] Sigmoid(double[] v) => [.. v.Select(static a => 1 / (1 + Math.Exp(-a)))];

    private static double[] Tanh(double[] v) => [.. v.Select(Math.Tanh)];

    private static double[] Multiply(double[] a, double[] b) => [.. a.Zip(b, static (p, q) => p * q)];

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, static (p, q) => p + q)];
}

/// <summary>The gates of one step.</summary>
internal sealed record LstmGates(double[] I, double[] F, double[] G, double[] O);
