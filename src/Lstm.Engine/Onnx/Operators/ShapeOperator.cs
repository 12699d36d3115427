namespace Lstm.Engine.Onnx.Operators;

/// <summary>Shape, opset 1 on, with start and end from 15; Size, opset 1 on.</summary>
internal sealed class ShapeOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Shape", "Size"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        Dim[] shape = node.Input(0).Shape;
        if (node.OpType == "Size")
        {
            node.Set(0, new ShapeValue([], [shape.Aggregate(new Dim(1), static (product, d) => product * d)]));
            return;
        }
        int start = Clamp(node.Attributes.Int("start", 0), shape.Length);
        int end = Clamp(node.Attributes.Int("end", shape.Length), shape.Length);
        Dim[] elements = shape[start..Math.Max(start, end)];
        node.Set(0, new ShapeValue([new Dim(elements.Length)], elements));
    }

    private static int Clamp(long axis, int rank) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
}
