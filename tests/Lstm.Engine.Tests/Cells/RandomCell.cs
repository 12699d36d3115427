using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;
using Lstm.Engine.Tests.Kernels;
using Lstm.Engine.Tests.Reference;

namespace Lstm.Engine.Tests.Cells;

/// <summary>The same random weights in the textbook's cell and in ours.</summary>
internal sealed class RandomCell
{
    private readonly LstmWeights _weights;
    private readonly int _padded;

    public RandomCell(Random random, int inputSize, int hiddenSize)
    {
        Textbook = new TextbookLstm(inputSize, hiddenSize);
        _padded = VectorWidths.Pad(hiddenSize);
        C = new float[hiddenSize];
        H = new float[hiddenSize];
        Gates = new float[4 * hiddenSize];
        var weightIh = new float[4 * hiddenSize * inputSize];
        var weightHh = new float[4 * hiddenSize * hiddenSize];
        var bias = new float[4 * hiddenSize];
        (double[,] W, double[] B)[] gates = [(Textbook.Wi, Textbook.Bi), (Textbook.Wf, Textbook.Bf), (Textbook.Wc, Textbook.Bc), (Textbook.Wo, Textbook.Bo)];
        foreach ((int gate, (double[,] w, double[] b)) in gates.Index())
        {
            for (int row = 0; row < hiddenSize; row++)
            {
                int flat = (gate * hiddenSize) + row;
                b[row] = bias[flat] = (random.NextSingle() * 2) - 1;
                for (int k = 0; k < hiddenSize; k++)
                {
                    w[row, k] = weightHh[(flat * hiddenSize) + k] = (random.NextSingle() * 2) - 1;
                }
                for (int k = 0; k < inputSize; k++)
                {
                    w[row, hiddenSize + k] = weightIh[(flat * inputSize) + k] = (random.NextSingle() * 2) - 1;
                }
            }
        }
        _weights = new LstmWeights(inputSize, hiddenSize, weightIh, weightHh, bias);
    }

    public TextbookLstm Textbook { get; }

    public float[] C { get; private set; }

    public float[] H { get; private set; }

    /// <summary>i f g o, [4, H].</summary>
    public float[] Gates { get; private set; }

    /// <summary>One step, to be run on some width.</summary>
    public IVectorWork Next(float[] x) => new StepWork(this, x);

    private sealed class StepWork(RandomCell cell, float[] x) : IVectorWork
    {
        public void Run<V>()
            where V : struct, IFloatVector<V>
        {
            int hidden = cell.H.Length;
            int padded = cell._padded;
            int h = VectorWidths.Pad(x.Length);
            var at = new LstmRow(X: 0, H: h, C: h + padded, NewH: h + (2 * padded), NewC: h + (3 * padded), Gates: h + (4 * padded));
            var frame = new Frame(at.Gates + (4 * padded), capacity: 1) { ShowGates = true };
            Span<float> row = frame.Row(0);
            x.CopyTo(row[at.X..]);
            cell.H.CopyTo(row[at.H..]);
            cell.C.CopyTo(row[at.C..]);
            new LstmLayerSpec(cell._weights, at).Create<V>().Run(frame, batch: 1);
            cell.C = row.Slice(at.NewC, hidden).ToArray();
            cell.H = row.Slice(at.NewH, hidden).ToArray();
            float[] gates = row[at.Gates..].ToArray();
            cell.Gates = [.. Enumerable.Range(0, 4).SelectMany(gate => gates.AsSpan(gate * padded, hidden).ToArray())];
        }
    }
}
