namespace Lstm.OnnxRuntime.Tests.Reference;

/// <summary>
/// The textbook LSTM in double precision, written for reading. W [4·H, I], R [4·H, H], B [8·H] as ONNX stores them: gates in the order i, o, f, c;
/// all input biases before all recurrent ones.
/// </summary>
internal sealed class Float64Lstm(float[] w, float[] r, float[]? b, int inputSize, int hiddenSize)
{
    public double[] H { get; } = new double[hiddenSize];

    public double[] C { get; } = new double[hiddenSize];

    public void Step(ReadOnlySpan<double> x)
    {
        var before = H.AsSpan().ToArray();
        for (var unit = 0; unit < hiddenSize; unit++)
        {
            var i = Sigmoid(Sum(0, unit, x, before));
            var o = Sigmoid(Sum(1, unit, x, before));
            var f = Sigmoid(Sum(2, unit, x, before));
            var g = Math.Tanh(Sum(3, unit, x, before));
            C[unit] = f * C[unit] + i * g;
            H[unit] = o * Math.Tanh(C[unit]);
        }
    }

    private double Sum(int gate, int unit, ReadOnlySpan<double> x, ReadOnlySpan<double> h)
    {
        var row = gate * hiddenSize + unit;
        var sum = b is null ? 0 : (double)b[row] + b[4 * hiddenSize + row];
        for (var k = 0; k < inputSize; k++)
            sum += w[row * inputSize + k] * x[k];
        for (var k = 0; k < hiddenSize; k++)
            sum += r[row * hiddenSize + k] * h[k];
        return sum;
    }

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
}
