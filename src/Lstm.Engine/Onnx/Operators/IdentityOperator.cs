namespace Lstm.Engine.Onnx.Operators;

/// <summary>Identity, opset 1 on.</summary>
internal sealed class IdentityOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Identity"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node) => node.Set(0, node.Input(0));
}
