namespace Lstm.Engine.Onnx.Operators;

/// <summary>ReverseSequence, opset 10 on, over whole sequences: sequence_lens has to be the length of the sequence.</summary>
internal sealed class ReverseSequenceOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["ReverseSequence"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Signal(0);
        int time = NodeContext.Axis(node.Attributes.Int("time_axis", 0), x.Shape.Length);
        _ = NodeContext.Axis(node.Attributes.Int("batch_axis", 1), x.Shape.Length); // every session has the same length
        bool isLength = NodeContext.TryNumbers(node.Input(1), out Dim[]? lengths) && lengths.All(n => n == Dim.T || (n.IsStatic && node.Plan.TryTakeForLength(n.Size)));
        if (x.Shape[time] != Dim.T || x.LastStep || !isLength)
        {
            throw new NodeFaultException($"it turns {Dims.Describe(x.Shape)} around along axis {time}; expected the axis of time, and the whole length of every sequence.");
        }
        node.Set(0, Movement.Reverse(node.Plan, x));
    }
}
