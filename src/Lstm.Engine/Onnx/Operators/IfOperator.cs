using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>If, opset 1 on, with a condition that is known when the model is loaded: the branch taken stands in its place.</summary>
internal sealed class IfOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["If"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        Tensor condition = node.Constant(0, "the condition");
        GraphProto then = node.Attributes.Graph("then_branch");
        GraphProto otherwise = node.Attributes.Graph("else_branch");
        if (condition.Count != 1)
        {
            throw NodeFaultException.Wrong($"its condition holds {condition.Count} values; expected one.");
        }
        TracedValue[] outputs = node.TraceBody(condition.ToFloats()[0] != 0f ? then : otherwise, []);
        if (outputs.Length != node.OutputCount)
        {
            throw NodeFaultException.Wrong($"the branch taken has {outputs.Length} outputs; expected {node.OutputCount}.");
        }
        for (int n = 0; n < outputs.Length; n++)
        {
            node.Set(n, outputs[n]);
        }
    }
}
