using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>
/// The weights of one GRU layer: one matrix for the gates on [x, h], and two for the candidate, on x and on h, which the reset
/// gate keeps apart.
/// </summary>
internal sealed class GruWeights
{
    /// <summary>Packs the textbook's matrices, gates in the order r z n.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="weightIh">[3·H, I].</param>
    /// <param name="weightHh">[3·H, H].</param>
    /// <param name="biasIh">[3·H].</param>
    /// <param name="biasHh">[3·H].</param>
    /// <param name="resetAfter">linear_before_reset: whether r multiplies Rn·h + rbn (PyTorch) or h.</param>
    public GruWeights(int inputSize, int hiddenSize, float[] weightIh, float[] weightHh, float[] biasIh, float[] biasHh, bool resetAfter)
    {
        InputSize = inputSize;
        HiddenSize = hiddenSize;
        ResetAfter = resetAfter;
        int padded = VectorWidths.Pad(hiddenSize);
        int candidate = 2 * hiddenSize;
        int? row(int column) => column % padded < hiddenSize ? (column / padded * hiddenSize) + (column % padded) : null;
        Gates = new PackedMatrix(
            inputSize + hiddenSize,
            2 * padded,
            (k, column) => row(column) is not { } at ? 0f : k < inputSize ? weightIh[(at * inputSize) + k] : weightHh[(at * hiddenSize) + k - inputSize],
            column => row(column) is { } at ? biasIh[at] + biasHh[at] : 0f);
        CandidateOfX = new PackedMatrix(inputSize, hiddenSize, (k, n) => weightIh[((candidate + n) * inputSize) + k], n => biasIh[candidate + n]);
        CandidateOfH = new PackedMatrix(hiddenSize, hiddenSize, (k, n) => weightHh[((candidate + n) * hiddenSize) + k], n => biasHh[candidate + n]);
    }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>Whether the reset gate acts after the candidate's product.</summary>
    public bool ResetAfter { get; }

    /// <summary>[I + H, r z], each gate padded to whole vectors.</summary>
    public PackedMatrix Gates { get; }

    /// <summary>[I, H].</summary>
    public PackedMatrix CandidateOfX { get; }

    /// <summary>[H, H].</summary>
    public PackedMatrix CandidateOfH { get; }
}
