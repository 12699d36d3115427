using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>An LSTM layer: joins [x, h(t−1)] and advances the cell.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="X">Offset of x, [I].</param>
/// <param name="H">Offset of h(t−1), [H].</param>
/// <param name="At">Where the cell finds and leaves its vectors.</param>
internal sealed record LstmLayerSpec(LstmWeights Weights, int X, int H, LstmRow At) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new LstmLayer<V>(this);

    private sealed class LstmLayer<V>(LstmLayerSpec spec) : Layer
        where V : struct, IFloatVector<V>
    {
        public override void Run(Frame frame, int batch)
        {
            int inputSize = spec.Weights.InputSize;
            int hiddenSize = spec.Weights.HiddenSize;
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                Span<float> joined = row.Slice(spec.At.Joined, inputSize + hiddenSize);
                row.Slice(spec.X, inputSize).CopyTo(joined);
                row.Slice(spec.H, hiddenSize).CopyTo(joined[inputSize..]);
            }
            LstmKernel<V>.Advance(spec.Weights, ref frame.Start, frame.Stride, batch, spec.At, frame.ShowGates);
        }
    }
}
