namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// SequenceEmpty, SequenceInsert, SequenceAt, SequenceLength, SplitToSequence and ConcatFromSequence, opset 11 on, as loops over time use them
/// (TorchScript): one tensor a timestep, taken by the number of the round and put at the end.
/// </summary>
internal sealed class SequenceOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["SequenceEmpty", "SequenceInsert", "SequenceAt", "SequenceLength", "SplitToSequence", "ConcatFromSequence"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node) => node.Set(0, node.OpType switch
    {
        "SequenceEmpty" => Empty(node),
        "SequenceInsert" => Insert(node),
        "SequenceAt" => At(node),
        "SequenceLength" => Length(node),
        "SplitToSequence" => Split(node),
        _ => Concat(node),
    });

    private static SequenceValue Empty(NodeContext node)
    {
        _ = node.Attributes.Int("dtype", 1);
        return new SequenceValue(null);
    }

    private static SequenceValue Insert(NodeContext node)
    {
        if (Sequence(node).Each is not null || node.Optional(2) is not null || node.Plan.Depth == 0)
        {
            throw new NodeFaultException("it inserts into a sequence that is not empty, or at another place than its end; expected one tensor a round of a loop.");
        }
        return new SequenceValue(node.Signal(1));
    }

    private static SignalValue At(NodeContext node)
    {
        if (node.Input(1) is not CounterValue { Offset: 0 })
        {
            throw new NodeFaultException($"the place is {node.Input(1).Kind}; expected the number of the round of a loop.");
        }
        return EachOf(node);
    }

    private static ShapeValue Length(NodeContext node)
    {
        _ = EachOf(node);
        return new ShapeValue([], [Dim.T]);
    }

    private static SequenceValue Split(NodeContext node)
    {
        SignalValue x = node.Signal(0);
        int axis = NodeContext.Axis(node.Attributes.Int("axis", 0), x.Shape.Length);
        long[]? parts = node.Integers(1, "split");
        bool keep = node.Attributes.Int("keepdims", 1) != 0 || parts is { Length: > 0 } && node.Input(1).Shape.Length > 0;
        if (x.Shape[axis] != Dim.T || x.LastStep || parts is not (null or [1]))
        {
            throw new NodeFaultException($"it splits {Dims.Describe(x.Shape)} along axis {axis}; expected one timestep a part.");
        }
        return new SequenceValue(x with { Shape = [.. x.Shape[..axis], .. keep ? new[] { new Dim(1) } : [], .. x.Shape[(axis + 1)..]] });
    }

    private static SignalValue Concat(NodeContext node)
    {
        SignalValue each = EachOf(node);
        bool isNew = node.Attributes.Int("new_axis", 0) != 0;
        int axis = NodeContext.Axis(node.Attributes.Int("axis", 0), each.Shape.Length + (isNew ? 1 : 0));
        if (!isNew && !each.Shape[axis].IsOne)
        {
            throw new NodeFaultException($"it joins tensors of shape {Dims.Describe(each.Shape)} along axis {axis}; expected an axis of size 1, or a new one.");
        }
        return each with { Shape = [.. each.Shape[..axis], Dim.T, .. each.Shape[(isNew ? axis : axis + 1)..]], StateOrigin = null, InputOrigin = null };
    }

    private static SequenceValue Sequence(NodeContext node) =>
        node.Input(0) as SequenceValue ?? throw NodeFaultException.Wrong($"its first input is {node.Input(0).Kind}; expected a sequence of tensors.");

    private static SignalValue EachOf(NodeContext node) =>
        Sequence(node).Each ?? throw new NodeFaultException("the sequence is empty; expected one tensor a timestep.");
}
