using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// GRU, opset 7 on. Inputs X [T, B, I], W [D, 3H, I], R [D, 3H, H], B [D, 6H], sequence_lens [B], initial_h [D, B, H]; outputs Y [T, D, B, H] and
/// Y_h [D, B, H]; with layout 1 the batch first. All directions, linear_before_reset 0 and 1, all activations, clip.
/// Reverse, bidirectional and sequence_lens run over whole sequences only.
/// </summary>
internal sealed class GruOperator : Operator
{
    private const int Gates = 3;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["GRU"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        var cell = new RecurrentNode(node, "GRU", Gates, "Sigmoid", "Tanh");
        long resetAfter = node.Attributes.Int("linear_before_reset", 0);
        if (resetAfter is not (0 or 1))
        {
            throw NodeFaultException.Wrong($"linear_before_reset is {resetAfter}; expected 0 or 1.");
        }
        int padded = VectorWidths.Pad(cell.HiddenSize);
        foreach (RecurrentDirection direction in cell.Directions)
        {
            // Reset after the product keeps the candidate's recurrent bias apart.
            direction.Begin(extra: resetAfter * cell.HiddenSize);
            StateSlot h = direction.AddState("h");
            int gates = direction.AddGates("rzn");
            var at = new GruRow(cell.X.Offset, h.Old, gates, h.New);
            if (resetAfter == 0)
            {
                at = at with { Reset = node.Plan.Allocate(padded), Sums = node.Plan.Allocate(GruWeights.Sums * padded) };
            }
            node.Plan.Add(() => new GruLayerSpec(Pack(cell, direction, resetAfter == 1), direction.Functions, at), 2L * Gates * cell.HiddenSize * (cell.InputSize + cell.HiddenSize));
            cell.End(h);
        }
        cell.SetOutputs();
    }

    private static GruWeights Pack(RecurrentNode cell, RecurrentDirection direction, bool resetAfter) => new(
        cell.InputSize,
        cell.HiddenSize,
        GateOrder.Reorder(direction.W, GateOrder.GruInOnnx),
        GateOrder.Reorder(direction.R, GateOrder.GruInOnnx),
        GateOrder.Reorder(direction.Wb, GateOrder.GruInOnnx),
        GateOrder.Reorder(direction.Rb, GateOrder.GruInOnnx),
        resetAfter,
        cell.Node.Plan.Weights);
}
