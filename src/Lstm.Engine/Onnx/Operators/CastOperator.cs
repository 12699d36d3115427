namespace Lstm.Engine.Onnx.Operators;

/// <summary>Cast, opset 6 on: constants of any numeric type; signals to float32 and float64, and to integers, which cuts fractions off.</summary>
internal sealed class CastOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Cast"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        long number = node.Attributes.Int("to", 0);
        if (!ElementTypes.IsKnown((int)number))
        {
            throw new NodeFaultException($"it casts to element type {number}, which Lstm does not read.");
        }
        _ = node.Attributes.Int("saturate", 1); // both are for float8 alone, which is not read
        _ = node.Attributes.Text("round_mode", "up");
        var to = (ElementType)number;
        TracedValue data = node.Input(0);
        node.Set(0, data switch
        {
            ShapeValue when to is ElementType.Int64 or ElementType.Int32 => data,
            CounterValue => data,
            ShapeValue when !ElementTypes.IsInteger(to) => Movement.ToSignal(node.Plan, data) with { Type = to },
            ConstantValue constant => new ConstantValue(constant.Shape, Convert(constant.Tensor, to)),
            SignalValue signal when Keeps(signal.Type, to) => signal with { Type = to },
            // An embedding checks its indices against the input, where a fraction is refused before it can be cut off here.
            SignalValue signal when ElementTypes.IsInteger(to) && to != ElementType.Bool =>
                (SignalValue)MapOperator.Plan(node.Plan, signal, MathF.Truncate) with { Type = to, InputOrigin = signal.InputOrigin },
            SignalValue signal when to == ElementType.Bool => (SignalValue)MapOperator.Plan(node.Plan, signal, static x => x != 0f ? 1f : 0f) with { Type = to },
            InitialStateValue when to == ElementType.Float32 => data,
            _ => throw new NodeFaultException($"cannot cast {data.Kind} of shape {Dims.Describe(data.Shape)} to {ElementTypes.Name(to)} in a step."),
        });
    }

    // Values travel as float32 in a row, so only a narrower type changes them.
    private static bool Keeps(ElementType from, ElementType to) =>
        from == to || to is ElementType.Float32 or ElementType.Float64 || (ElementTypes.IsInteger(from) && to == ElementType.Int64);

    private static Tensor Convert(Tensor tensor, ElementType to)
    {
        if (!ElementTypes.IsInteger(to))
        {
            float[] floats = tensor.ToFloats();
            return Tensor.Of(tensor.Shape, to == ElementType.Float16 ? [.. floats.Select(static f => (float)(Half)f)] : floats, to);
        }
        long[] integers = tensor.Integers ?? [.. tensor.ToFloats().Select(static f => (long)f)];
        return Tensor.Of(tensor.Shape, to == ElementType.Bool ? [.. integers.Select(static n => n == 0 ? 0L : 1L)] : integers, to);
    }
}
