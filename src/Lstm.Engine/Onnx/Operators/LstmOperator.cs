using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// LSTM, opset 7 on, forward. Inputs X [T, B, I], W [1, 4H, I], R [1, 4H, H], B [1, 8H], initial_h and initial_c [1, B, H], P [1, 3H];
/// outputs Y [T, 1, B, H], Y_h and Y_c [1, B, H]; with layout 1 the batch first. All activations, clip, input_forget.
/// Refused: reverse and bidirectional, sequence_lens.
/// </summary>
internal sealed class LstmOperator : Operator
{
    private const int InputP = 7;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["LSTM"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        var cell = new RecurrentNode(node, LstmWeights.Gates, "Sigmoid", "Tanh", "Tanh");
        int hiddenSize = cell.HiddenSize;
        float[]? peepholes = node.Optional(InputP) is null ? null : cell.Weights(InputP, "P", 1, 3 * hiddenSize);
        long coupled = node.Attributes.Int("input_forget", 0);
        if (coupled is not (0 or 1))
        {
            throw new NodeFaultException($"input_forget is {coupled}; expected 0 or 1.");
        }
        cell.AddLayer("LSTM", extra: peepholes?.Length ?? 0);
        StateSlot h = cell.AddState("h");
        StateSlot c = cell.AddState("c");
        int gates = cell.AddGates("ifgo");
        int joined = node.Plan.Allocate(cell.InputSize + hiddenSize);
        int sums = node.Plan.Allocate(LstmWeights.Gates * VectorWidths.Pad(hiddenSize));
        var at = new LstmRow(cell.X.Offset, h.Old, c.Old, joined, sums, h.New, c.New, gates);
        // P is stored in ONNX's order i o f.
        var general = new GeneralLstm(cell.Functions, coupled == 1, Peephole(peepholes, 0, hiddenSize), Peephole(peepholes, 2, hiddenSize), Peephole(peepholes, 1, hiddenSize));
        node.Plan.Add(() => new LstmLayerSpec(Pack(cell), at, general.IsStandard ? null : general));
        cell.SetOutputs(h, c);
    }

    private static LstmWeights Pack(RecurrentNode cell)
    {
        float[] bias = [.. cell.Wb.Zip(cell.Rb, static (w, r) => w + r)];
        return new LstmWeights(
            cell.InputSize,
            cell.HiddenSize,
            GateOrder.Reorder(cell.W, GateOrder.LstmInOnnx),
            GateOrder.Reorder(cell.R, GateOrder.LstmInOnnx),
            GateOrder.Reorder(bias, GateOrder.LstmInOnnx));
    }

    private static AlignedBuffer? Peephole(float[]? all, int block, int hiddenSize)
    {
        if (all is null)
        {
            return null;
        }
        var buffer = new AlignedBuffer(VectorWidths.Pad(hiddenSize));
        all.AsSpan(block * hiddenSize, hiddenSize).CopyTo(buffer.Span);
        return buffer;
    }
}
