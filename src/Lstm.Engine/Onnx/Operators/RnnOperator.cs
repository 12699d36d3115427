using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// RNN, opset 7 on, forward. Inputs X [T, B, I], W [1, H, I], R [1, H, H], B [1, 2H], initial_h [1, B, H]; outputs Y [T, 1, B, H] and
/// Y_h [1, B, H]; with layout 1 the batch first. All activations, clip. Refused: reverse and bidirectional, sequence_lens.
/// </summary>
internal sealed class RnnOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["RNN"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        var cell = new RecurrentNode(node, 1, "Tanh");
        cell.AddLayer("RNN");
        StateSlot h = cell.AddState("h");
        int joined = node.Plan.Allocate(cell.InputSize + cell.HiddenSize);
        node.Plan.Add(() => new RnnLayerSpec(
            new PackedMatrix(
                cell.InputSize + cell.HiddenSize,
                cell.HiddenSize,
                (k, n) => k < cell.InputSize ? cell.W[(n * cell.InputSize) + k] : cell.R[(n * cell.HiddenSize) + k - cell.InputSize],
                n => cell.Wb[n] + cell.Rb[n]),
            cell.InputSize,
            cell.HiddenSize,
            cell.Functions,
            cell.X.Offset,
            h.Old,
            joined,
            h.New));
        cell.SetOutputs(h);
    }
}
