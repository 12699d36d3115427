using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>
/// The weights of one GRU layer, in blocks of 16 units. A block's sums stand side by side as nx r z nh: the candidate's sum over x, the gates, the
/// candidate's sum over h, which the reset gate keeps apart. x takes part in the first three, h in the last three.
/// </summary>
internal sealed class GruWeights
{
    /// <summary>Sums of a unit.</summary>
    public const int Sums = 4;

    private const int Lanes = VectorWidths.RowAlignment;
    private const int R = 0;
    private const int Z = 1;
    private const int N = 2;

    /// <summary>Packs the textbook's matrices, gates in the order r z n.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="weightIh">[3·H, I].</param>
    /// <param name="weightHh">[3·H, H].</param>
    /// <param name="biasIh">[3·H].</param>
    /// <param name="biasHh">[3·H].</param>
    /// <param name="resetAfter">linear_before_reset: whether r multiplies Rn·h + rbn (PyTorch) or h.</param>
    /// <param name="format">How they are kept.</param>
    public GruWeights(
        int inputSize, int hiddenSize, float[] weightIh, float[] weightHh, float[] biasIh, float[] biasHh, bool resetAfter, WeightFormat format = WeightFormat.Float32)
    {
        InputSize = inputSize;
        HiddenSize = hiddenSize;
        ResetAfter = resetAfter;
        Blocks = VectorWidths.Pad(hiddenSize) / Lanes;
        // Where the value of a gate and a column of so many to a block stands in [3·H]; null for padding.
        int? row(int column, ReadOnlySpan<int> gates)
        {
            int unit = (column / (gates.Length * Lanes) * Lanes) + (column % Lanes);
            return unit < hiddenSize ? (gates[column / Lanes % gates.Length] * hiddenSize) + unit : null;
        }
        // The gates' sums hold both products, so their rows of both matrices have one unit; the candidate's have one each.
        float[] joint = RowUnits.Of(3 * hiddenSize, weightIh, weightHh);
        float[] unitsOfX = [.. joint[..(N * hiddenSize)], .. RowUnits.Of(3 * hiddenSize, weightIh)[(N * hiddenSize)..]];
        float[] unitsOfH = [.. joint[..(N * hiddenSize)], .. RowUnits.Of(3 * hiddenSize, weightHh)[(N * hiddenSize)..]];
        bool isInteger = format == WeightFormat.Int8;
        PackedMatrix pack(int depth, float[] weights, float[] units, int[] gates) => new(
            depth, gates.Length * Blocks * Lanes, (k, column) => row(column, gates) is { } at ? weights[(at * depth) + k] : 0f, null, gates.Length * Lanes, format,
            column => isInteger && row(column, gates) is { } at ? units[at] : 1f);
        OfX = pack(inputSize, weightIh, unitsOfX, [N, R, Z]);
        // Reset before the product: the candidate waits for r⊙h of all units, so its product comes after the gates'.
        OfH = pack(hiddenSize, weightHh, unitsOfH, resetAfter ? [R, Z, N] : [R, Z]);
        CandidateOfH = resetAfter ? null : pack(hiddenSize, weightHh, unitsOfH, [N]);
        Start = new AlignedBuffer(Sums * Blocks * Lanes);
        Units = isInteger ? new AlignedBuffer(Sums * Blocks * Lanes) : null;
        for (int unit = 0; unit < hiddenSize; unit++)
        {
            int place = (unit / Lanes * Sums * Lanes) + (unit % Lanes);
            int n = (N * hiddenSize) + unit;
            int z = (Z * hiddenSize) + unit;
            SetStart(place, biasIh[n], unitsOfX[n]);
            SetStart(place + Lanes, biasIh[unit] + biasHh[unit], joint[unit]);
            SetStart(place + (2 * Lanes), biasIh[z] + biasHh[z], joint[z]);
            SetStart(place + (3 * Lanes), biasHh[n], unitsOfH[n]);
        }
    }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>Whether the reset gate acts after the candidate's product.</summary>
    public bool ResetAfter { get; }

    /// <summary>Blocks of 16 units.</summary>
    public int Blocks { get; }

    /// <summary>[I, nx r z] a block.</summary>
    public PackedMatrix OfX { get; }

    /// <summary>[H, r z nh] a block; without nh where the reset gate acts before.</summary>
    public PackedMatrix OfH { get; }

    /// <summary>[H, nh] a block, where the reset gate acts before; otherwise null.</summary>
    public PackedMatrix? CandidateOfH { get; }

    /// <summary>What the sums begin with: the biases, nx r z nh a block.</summary>
    public AlignedBuffer Start { get; }

    /// <summary>What the sums are counted in, as <see cref="Start"/> is laid out; null where they are what they are.</summary>
    public AlignedBuffer? Units { get; }

    private void SetStart(int place, float bias, float unit)
    {
        Start.Span[place] = Units is null ? bias : bias / unit;
        if (Units is not null)
        {
            Units.Span[place] = unit;
        }
    }
}
