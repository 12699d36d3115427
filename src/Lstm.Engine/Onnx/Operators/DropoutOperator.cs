namespace Lstm.Engine.Onnx.Operators;

/// <summary>Dropout as it is in inference: nothing. Its mask, and training_mode, are refused.</summary>
internal sealed class DropoutOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Dropout"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        // The probability and the seed matter only in training.
        _ = node.Attributes.Float("ratio", 0.5f);
        _ = node.Attributes.Int("seed", 0);
        if (node.Optional(2) is not null && node.Constant(2, "training_mode").ToFloats() is not [0f])
        {
            throw new NodeFaultException("training_mode is set; export the model in evaluation mode.");
        }
        node.Set(0, node.Input(0));
    }
}
