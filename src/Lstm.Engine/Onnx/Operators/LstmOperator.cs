using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// LSTM, opset 7 on. Inputs X [T, B, I], W [D, 4H, I], R [D, 4H, H], B [D, 8H], sequence_lens [B], initial_h and initial_c [D, B, H], P [D, 3H];
/// outputs Y [T, D, B, H], Y_h and Y_c [D, B, H]; with layout 1 the batch first. All directions, activations, clip, input_forget.
/// Reverse, bidirectional and sequence_lens run over whole sequences only.
/// </summary>
internal sealed class LstmOperator : Operator
{
    private const int InputP = 7;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["LSTM"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        var cell = new RecurrentNode(node, "LSTM", LstmWeights.Gates, "Sigmoid", "Tanh", "Tanh");
        int hiddenSize = cell.HiddenSize;
        float[]? peepholes = node.Optional(InputP) is null ? null : cell.Weights(InputP, "P", cell.Directions.Count, 3 * hiddenSize);
        long coupled = node.Attributes.Int("input_forget", 0);
        if (coupled is not (0 or 1))
        {
            throw NodeFaultException.Wrong($"input_forget is {coupled}; expected 0 or 1.");
        }
        foreach (RecurrentDirection direction in cell.Directions)
        {
            float[]? p = peepholes is null ? null : RecurrentNode.PartOf(peepholes, direction.Number, cell.Directions.Count);
            direction.Begin(extra: p?.Length ?? 0);
            StateSlot h = direction.AddState("h");
            StateSlot c = direction.AddState("c");
            int gates = direction.AddGates("ifgo");
            var at = new LstmRow(cell.X.Offset, h.Old, c.Old, h.New, c.New, gates);
            // P is stored in ONNX's order i o f.
            var general = new GeneralLstm(direction.Functions, coupled == 1, Peephole(p, 0, hiddenSize), Peephole(p, 2, hiddenSize), Peephole(p, 1, hiddenSize));
            node.Plan.Add(() => new LstmLayerSpec(Pack(cell, direction), at, general.IsStandard ? null : general), 2L * LstmWeights.Gates * hiddenSize * (cell.InputSize + hiddenSize));
            cell.End(h, c);
        }
        cell.SetOutputs();
    }

    private static LstmWeights Pack(RecurrentNode cell, RecurrentDirection direction)
    {
        float[] bias = [.. direction.Wb.Zip(direction.Rb, static (w, r) => w + r)];
        return new LstmWeights(
            cell.InputSize,
            cell.HiddenSize,
            GateOrder.Reorder(direction.W, GateOrder.LstmInOnnx),
            GateOrder.Reorder(direction.R, GateOrder.LstmInOnnx),
            GateOrder.Reorder(bias, GateOrder.LstmInOnnx),
            cell.Node.Plan.Weights);
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
