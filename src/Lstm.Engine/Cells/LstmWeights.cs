using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>
/// The weights of one LSTM layer, packed for the kernel: for each block of 16 units, for each k of [x, h], the four gates
/// i f g o side by side, 16 lanes each. One contiguous stream; all gates of a unit finish together.
/// </summary>
internal sealed class LstmWeights
{
    /// <summary>Gates of an LSTM.</summary>
    public const int Gates = 4;

    /// <summary>Packs the textbook's matrices.</summary>
    /// <param name="inputSize">I, the textbook's m.</param>
    /// <param name="hiddenSize">H, the textbook's n.</param>
    /// <param name="weightIh">[4·H, I], gates in the order i f g o.</param>
    /// <param name="weightHh">[4·H, H], gates in the order i f g o.</param>
    /// <param name="bias">[4·H], gates in the order i f g o; both biases summed.</param>
    public LstmWeights(int inputSize, int hiddenSize, ReadOnlySpan<float> weightIh, ReadOnlySpan<float> weightHh, ReadOnlySpan<float> bias)
    {
        InputSize = inputSize;
        HiddenSize = hiddenSize;
        int padded = VectorWidths.Pad(hiddenSize);
        Packed = new AlignedBuffer(checked(padded * Gates * Depth));
        Bias = new AlignedBuffer(padded * Gates);
        Span<float> packed = Packed.Span;
        for (int gate = 0; gate < Gates; gate++)
        {
            for (int unit = 0; unit < hiddenSize; unit++)
            {
                int row = (gate * hiddenSize) + unit;
                for (int k = 0; k < Depth; k++)
                {
                    packed[PackedIndex(gate, unit, k)] = k < inputSize
                        ? weightIh[(row * inputSize) + k]
                        : weightHh[(row * hiddenSize) + k - inputSize];
                }
                Bias.Span[BiasIndex(gate, unit)] = bias[row];
            }
        }
    }

    /// <summary>I, the textbook's m.</summary>
    public int InputSize { get; }

    /// <summary>H, the textbook's n.</summary>
    public int HiddenSize { get; }

    /// <summary>Length of [x, h]: I + H.</summary>
    public int Depth => InputSize + HiddenSize;

    /// <summary>[blocks, I + H, gate, 16].</summary>
    public AlignedBuffer Packed { get; }

    /// <summary>[blocks, gate, 16].</summary>
    public AlignedBuffer Bias { get; }

    /// <summary>Weights and biases in the textbook's form, with one bias a gate: 4·(n·(n+m)+n).</summary>
    public long ParameterCount => Gates * (((long)HiddenSize * Depth) + HiddenSize);

    private int PackedIndex(int gate, int unit, int k) =>
        (((((unit / VectorWidths.RowAlignment) * Depth) + k) * Gates) + gate) * VectorWidths.RowAlignment + (unit % VectorWidths.RowAlignment);

    private static int BiasIndex(int gate, int unit) =>
        (((unit / VectorWidths.RowAlignment) * Gates) + gate) * VectorWidths.RowAlignment + (unit % VectorWidths.RowAlignment);
}
