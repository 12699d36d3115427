using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// GRU, opset 7 on, forward. Inputs X [T, B, I], W [1, 3H, I], R [1, 3H, H], B [1, 6H], initial_h [1, B, H]; outputs Y [T, 1, B, H] and
/// Y_h [1, B, H]; with layout 1 the batch first. linear_before_reset 0 and 1, all activations, clip.
/// Refused: reverse and bidirectional, sequence_lens.
/// </summary>
internal sealed class GruOperator : Operator
{
    private const int Gates = 3;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["GRU"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        var cell = new RecurrentNode(node, Gates, "Sigmoid", "Tanh");
        long resetAfter = node.Attributes.Int("linear_before_reset", 0);
        if (resetAfter is not (0 or 1))
        {
            throw new NodeFaultException($"linear_before_reset is {resetAfter}; expected 0 or 1.");
        }
        // Reset after the product keeps the candidate's recurrent bias apart.
        cell.AddLayer("GRU", extra: resetAfter * cell.HiddenSize);
        StateSlot h = cell.AddState("h");
        int gates = cell.AddGates("rzn");
        int padded = VectorWidths.Pad(cell.HiddenSize);
        var at = new GruRow(
            cell.X.Offset, h.Old, node.Plan.Allocate(cell.InputSize + cell.HiddenSize), gates, node.Plan.Allocate(padded), node.Plan.Allocate(padded), h.New);
        node.Plan.Add(() => new GruLayerSpec(
            new GruWeights(
                cell.InputSize,
                cell.HiddenSize,
                GateOrder.Reorder(cell.W, GateOrder.GruInOnnx),
                GateOrder.Reorder(cell.R, GateOrder.GruInOnnx),
                GateOrder.Reorder(cell.Wb, GateOrder.GruInOnnx),
                GateOrder.Reorder(cell.Rb, GateOrder.GruInOnnx),
                resetAfter == 1),
            cell.Functions,
            at));
        cell.SetOutputs(h);
    }
}
