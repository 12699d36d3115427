using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Where, opset 9 on: a where the condition holds, b elsewhere, with broadcasting; folded for constants and shapes.</summary>
internal sealed class WhereOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Where"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        (TracedValue condition, TracedValue a, TracedValue b) = (node.Input(0), node.Input(1), node.Input(2));
        Dim[] shape = Broadcast.Shape(condition.Shape, Broadcast.Shape(a.Shape, b.Shape));
        if (condition is ConstantValue chosen && NodeContext.TryNumbers(a, out Dim[]? left) && NodeContext.TryNumbers(b, out Dim[]? right))
        {
            float[] truth = chosen.Tensor.ToFloats();
            Dim[] numbers = [.. Enumerable.Range(0, Dims.Count(shape)).Select(n =>
                truth[truth.Length == 1 ? 0 : n] != 0f ? left[left.Length == 1 ? 0 : n] : right[right.Length == 1 ? 0 : n])];
            node.Set(0, numbers.All(static d => d.IsStatic)
                ? new ConstantValue(Tensor.Of([.. shape.Select(static d => (int)d.Size)], [.. numbers.Select(static d => d.Size)]))
                : new ShapeValue(shape, numbers));
            return;
        }
        condition = Broadcast.To(node.Plan, condition, shape);
        a = Broadcast.To(node.Plan, a, shape);
        b = Broadcast.To(node.Plan, b, shape);
        if (condition is ConstantValue c && a is ConstantValue x && b is ConstantValue y)
        {
            float[] truth = c.Tensor.ToFloats();
            float[] p = x.Tensor.ToFloats();
            float[] q = y.Tensor.ToFloats();
            node.Set(0, new ConstantValue(shape, Tensor.Of(x.Tensor.Shape, [.. truth.Select((t, n) => t != 0f ? p[n] : q[n])], x.Tensor.Type)));
            return;
        }
        SignalValue when = Movement.ToSignal(node.Plan, condition);
        SignalValue first = Movement.ToSignal(node.Plan, a);
        SignalValue second = Movement.ToSignal(node.Plan, b);
        int size = Dims.Count(shape);
        int offset = node.Plan.Allocate(size);
        node.Plan.Add(() => new ChoiceLayerSpec(when.Offset, first.Offset, second.Offset, offset, size), size);
        node.Set(0, new SignalValue(shape, first.Type, offset) { LastStep = when.LastStep || first.LastStep || second.LastStep });
    }
}
