using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// RNN, opset 7 on. Inputs X [T, B, I], W [D, H, I], R [D, H, H], B [D, 2H], sequence_lens [B], initial_h [D, B, H]; outputs Y [T, D, B, H] and
/// Y_h [D, B, H]; with layout 1 the batch first. All directions, all activations, clip. Reverse, bidirectional and sequence_lens run over whole
/// sequences only.
/// </summary>
internal sealed class RnnOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["RNN"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        var cell = new RecurrentNode(node, "RNN", 1, "Tanh");
        foreach (RecurrentDirection direction in cell.Directions)
        {
            direction.Begin();
            StateSlot h = direction.AddState("h");
            node.Plan.Add(() => Make(cell, direction, h), 2L * cell.HiddenSize * (cell.InputSize + cell.HiddenSize));
            cell.End(h);
        }
        cell.SetOutputs();
    }

    private static RnnLayerSpec Make(RecurrentNode cell, RecurrentDirection direction, StateSlot h)
    {
        WeightFormat format = cell.Node.Plan.Weights;
        float[]? units = format == WeightFormat.Int8 ? RowUnits.Of(cell.HiddenSize, direction.W, direction.R) : null;
        var matrix = new PackedMatrix(
            cell.InputSize + cell.HiddenSize,
            cell.HiddenSize,
            (k, n) => k < cell.InputSize ? direction.W[(n * cell.InputSize) + k] : direction.R[(n * cell.HiddenSize) + k - cell.InputSize],
            n => (direction.Wb[n] + direction.Rb[n]) / (units?[n] ?? 1f),
            format: format,
            unitAt: n => units?[n] ?? 1f);
        AlignedBuffer? padded = units is null ? null : new AlignedBuffer(VectorWidths.Pad(cell.HiddenSize));
        units?.CopyTo(padded!.Span); // not null when units are not
        return new RnnLayerSpec(matrix, padded, cell.InputSize, cell.HiddenSize, direction.Functions, cell.X.Offset, h.Old, h.New);
    }
}
