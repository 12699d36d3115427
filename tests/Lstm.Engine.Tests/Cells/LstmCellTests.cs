using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;
using Lstm.Engine.Tests.Kernels;
using Lstm.Engine.Tests.Reference;

namespace Lstm.Engine.Tests.Cells;

/// <summary>The theory's worked examples, by the cell's own equations, and the cell against the textbook in double precision.</summary>
public sealed class LstmCellTests
{
    // One step of float32 against double precision: a sum of up to 20 products of magnitude ≤ 1 and five roundings of the cell.
    private const double OneStep = 2e-6;

    public static TheoryData<int> EveryWidth => Widths.Every;

    [Theory, MemberData(nameof(EveryWidth))]
    public void CellState_OfForgetGateHalf_KeepsHalf(int width) =>
        Assert.Equal([2f, 2.5f, 3f], CellState(width, f: [0.5f, 0.5f, 0.5f], c: [4f, 5f, 6f], i: [0f, 0f, 0f], g: [0f, 0f, 0f]));

    [Theory, MemberData(nameof(EveryWidth))]
    public void CellState_OfInputGate_AddsWhatItLetsThrough(int width) =>
        Assert.Equal([0.8f, 0.45f, 0f], CellState(width, f: [0f, 0f, 0f], c: [4f, 5f, 6f], i: [1f, 0.5f, 0f], g: [0.8f, 0.9f, 0.7f]));

    [Theory, MemberData(nameof(EveryWidth))]
    public void CellState_OfBothGates_IsTheSum(int width) =>
        Assert.Equal([2.8f, 2.95f, 3f], CellState(width, f: [0.5f, 0.5f, 0.5f], c: [4f, 5f, 6f], i: [1f, 0.5f, 0f], g: [0.8f, 0.9f, 0.7f]));

    [Theory, MemberData(nameof(EveryWidth))]
    public void HiddenState_OfOutputGate_ShowsPartOfTheCell(int width)
    {
        var work = new EquationWork([1f, 0f, 0.5f], [0.9f, 0.8f, 0.7f]);
        VectorRunner.Run(width, work);
        Assert.Equal([0.9f, 0f, 0.35f], work.Result);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(64, 5)]
    public void ParameterCount_OfCanonicalForm_IsFourTimesWeightsAndBias(int n, int m)
    {
        var textbook = new TextbookLstm(m, n);
        var weights = new LstmWeights(m, n, new float[4 * n * m], new float[4 * n * n], new float[4 * n]);

        Assert.Equal(4L * ((n * (n + m)) + n), weights.ParameterCount);
        Assert.Equal(textbook.ParameterCount, weights.ParameterCount);
        Assert.Equal(n + m, weights.Depth);
        Assert.All([textbook.Wf, textbook.Wi, textbook.Wc, textbook.Wo], w => Assert.Equal((n, n + m), (w.GetLength(0), w.GetLength(1))));
        Assert.All([textbook.H, textbook.C, textbook.Bf], v => Assert.Equal(n, v.Length));
    }

    [Theory, MemberData(nameof(EveryWidth))]
    public void Advance_OfRandomCells_EqualsTextbook(int width)
    {
        foreach (int seed in Enumerable.Range(1, 40))
        {
            var random = new Random(seed);
            var cell = new RandomCell(random, inputSize: random.Next(1, 9), hiddenSize: random.Next(1, 40));
            for (int step = 0; step < 3; step++)
            {
                float[] x = [.. Enumerable.Range(0, cell.Textbook.InputSize).Select(_ => random.NextSingle() * 2 - 1)];
                LstmGates gates = cell.Textbook.Step(x);
                VectorRunner.Run(width, cell.Next(x));
                AssertClose(cell.Textbook.C, cell.C, $"c, seed {seed}");
                AssertClose(cell.Textbook.H, cell.H, $"h, seed {seed}");
                AssertClose([.. gates.I, .. gates.F, .. gates.G, .. gates.O], cell.Gates, $"gates, seed {seed}");
            }
        }
    }

    private static void AssertClose(double[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int n = 0; n < expected.Length; n++)
        {
            Assert.True(Math.Abs(expected[n] - actual[n]) <= OneStep, $"{what}[{n}]: expected {expected[n]:R}, found {actual[n]:R}");
        }
    }

    private static float[] CellState(int width, float[] f, float[] c, float[] i, float[] g)
    {
        var work = new EquationWork(f, c, i, g);
        VectorRunner.Run(width, work);
        return work.Result;
    }

    // c(t) of four vectors, h(t) of two.
    private sealed class EquationWork(params float[][] operands) : IVectorWork
    {
        public float[] Result { get; private set; } = [];

        public void Run<V>()
            where V : struct, IFloatVector<V>
        {
            int length = operands[0].Length;
            float[][] padded = [.. operands.Select(v => (float[])[.. v, .. new float[VectorWidths.Pad(length) - length]])];
            float[] result = new float[VectorWidths.Pad(length)];
            for (int n = 0; n < length; n += V.Width)
            {
                V At(int operand) => V.Load(ref padded[operand][0], n);
                V value = operands.Length == 4 ? LstmCell<V>.CellState(At(0), At(1), At(2), At(3)) : LstmCell<V>.HiddenState(At(0), At(1));
                V.Store(value, ref result[0], n);
            }
            Result = result[..length];
        }
    }
}
