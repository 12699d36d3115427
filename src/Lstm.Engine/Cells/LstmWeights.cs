using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>
/// The weights of one LSTM layer as one matrix [I + H, 4·H] for [x, h], its columns in blocks of 16 units, in each block the four
/// gates i f g o: all sums of a unit stand together.
/// </summary>
internal sealed class LstmWeights
{
    /// <summary>Gates of an LSTM.</summary>
    public const int Gates = 4;

    private const int Lanes = VectorWidths.RowAlignment;

    /// <summary>Packs the textbook's matrices.</summary>
    /// <param name="inputSize">I, the textbook's m.</param>
    /// <param name="hiddenSize">H, the textbook's n.</param>
    /// <param name="weightIh">[4·H, I], gates in the order i f g o.</param>
    /// <param name="weightHh">[4·H, H], gates in the order i f g o.</param>
    /// <param name="bias">[4·H], gates in the order i f g o; both biases summed.</param>
    /// <param name="format">How they are kept.</param>
    public LstmWeights(int inputSize, int hiddenSize, float[] weightIh, float[] weightHh, float[] bias, WeightFormat format = WeightFormat.Float32)
    {
        InputSize = inputSize;
        HiddenSize = hiddenSize;
        float[]? units = format == WeightFormat.Int8 ? RowUnits.Of(Gates * hiddenSize, weightIh, weightHh) : null;
        float unitAt(int column) => units is not null && RowOf(column) is { } row ? units[row] : 1f;
        Matrix = new PackedMatrix(
            Depth,
            Gates * VectorWidths.Pad(hiddenSize),
            (k, column) => RowOf(column) is not { } row ? 0f
                : k < inputSize ? weightIh[(row * inputSize) + k] : weightHh[(row * hiddenSize) + k - inputSize],
            column => RowOf(column) is { } row ? bias[row] / unitAt(column) : 0f,
            format: format,
            unitAt: unitAt);
        if (units is not null)
        {
            Units = new AlignedBuffer(Matrix.Columns);
            for (int column = 0; column < Matrix.Columns; column++)
            {
                Units.Span[column] = unitAt(column);
            }
        }
    }

    /// <summary>I, the textbook's m.</summary>
    public int InputSize { get; }

    /// <summary>H, the textbook's n.</summary>
    public int HiddenSize { get; }

    /// <summary>Length of [x, h]: I + H.</summary>
    public int Depth => InputSize + HiddenSize;

    /// <summary>[I + H, 4·H].</summary>
    public PackedMatrix Matrix { get; }

    /// <summary>What the sums are counted in, by column; null where they are what they are.</summary>
    public AlignedBuffer? Units { get; }

    /// <summary>Weights and biases in the textbook's form, with one bias a gate: 4·(n·(n+m)+n).</summary>
    public long ParameterCount => Gates * (((long)HiddenSize * Depth) + HiddenSize);

    // The row of [4·H] whose sum a column is; null for padding.
    private int? RowOf(int column)
    {
        int gate = column / Lanes % Gates;
        int unit = (column / (Gates * Lanes) * Lanes) + (column % Lanes);
        return unit < HiddenSize ? (gate * HiddenSize) + unit : null;
    }
}
