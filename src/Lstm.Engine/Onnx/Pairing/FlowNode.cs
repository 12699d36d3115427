using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Pairing;

/// <summary>A node of a graph whose conditional branches were laid out flat; values are numbered.</summary>
/// <param name="Proto">The node; null for the way out of a branch of an If.</param>
/// <param name="Inputs">Its inputs in order, −1 for an absent one.</param>
/// <param name="Captured">Outer values that its subgraphs read.</param>
/// <param name="Outputs">Its outputs in order, −1 for an absent one.</param>
internal sealed record FlowNode(NodeProto? Proto, int[] Inputs, int[] Captured, int[] Outputs)
{
    /// <summary>op_type.</summary>
    public string Operator { get; } = Proto?.OpType ?? "Identity";

    /// <summary>Whether it keeps a recurrence of its own.</summary>
    public bool IsRecurrent => Operator is "LSTM" or "GRU" or "RNN" or "DynamicQuantizeLSTM" or "Loop" or "Scan";
}
