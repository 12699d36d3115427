using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// DequantizeLinear and QuantizeLinear, opset 10 on: (x − zero_point)·scale, folded for constants (quantised weights), and x ÷ scale rounded to
/// even, plus zero_point, saturated, for the 8 and 16 bit types. Scales per tensor, per axis (opset 13) or per block (21), constant.
/// </summary>
internal sealed class QuantizeOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["DequantizeLinear", "QuantizeLinear"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        Tensor scale = node.Constant(1, "the scale");
        Tensor? zero = node.Optional(2) is null ? null : node.Constant(2, "zero_point");
        if (zero is not null && zero.Count != scale.Count)
        {
            throw NodeFaultException.Wrong($"zero_point has shape [{string.Join(", ", zero.Shape)}] and the scale [{string.Join(", ", scale.Shape)}]; expected the same.");
        }
        long block = node.Attributes.Int("block_size", 0);
        long to = node.Attributes.Int("output_dtype", 0);
        _ = node.Attributes.Int("precision", 0); // of a division that ONNX Runtime does in float32 in any case
        _ = node.Attributes.Int("saturate", 1); // for float8 alone, which is not read
        TracedValue x = AsFloats(node.Input(0));
        int axis = scale.Count == 1 && block == 0 ? 0 : NodeContext.Axis(node.Attributes.Int("axis", 1), x.Shape.Length);
        _ = node.Attributes.Int("axis", 1); // one value has no axis
        TracedValue factor = Spread(scale, x.Shape, axis, block);
        TracedValue? shift = zero is null || Array.TrueForAll(zero.ToFloats(), static z => z == 0f) ? null : Spread(zero, x.Shape, axis, block);
        if (node.OpType == "DequantizeLinear")
        {
            TracedValue centred = shift is null ? x : ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Subtract, x, shift);
            node.Set(0, As(ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Multiply, centred, factor), to == 0 ? scale.Type : (ElementType)to));
            return;
        }
        ElementType type = zero?.Type ?? (to == 0 ? ElementType.UInt8 : (ElementType)to);
        (float least, float most) = RangeOf(type);
        TracedValue steps = MapOperator.Plan(node.Plan, ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Divide, x, factor), MathF.Round);
        TracedValue shifted = shift is null ? steps : ArithmeticOperator.Plan(node.Plan, ArithmeticOperation.Add, steps, shift);
        node.Set(0, As(MapOperator.Plan(node.Plan, shifted, v => v < least ? least : v > most ? most : v), type));
    }

    // Both work in floats, whatever the type says.
    private static TracedValue AsFloats(TracedValue x) => x switch
    {
        ConstantValue constant => new ConstantValue(constant.Shape, Tensor.Of(constant.Tensor.Shape, constant.Tensor.ToFloats())),
        SignalValue signal => signal with { Type = ElementType.Float32, StateOrigin = null, InputOrigin = null },
        _ => throw new NodeFaultException($"its input is {x.Kind} of shape {Dims.Describe(x.Shape)}; expected a constant or a value of the step."),
    };

    private static TracedValue As(TracedValue value, ElementType type) => value switch
    {
        SignalValue signal => signal with { Type = type },
        ConstantValue constant when ElementTypes.IsInteger(type) => new ConstantValue(constant.Shape, Tensor.Of(constant.Tensor.Shape, [.. constant.Tensor.ToFloats().Select(static v => (long)v)], type)),
        ConstantValue constant when type == ElementType.Float16 => new ConstantValue(constant.Shape, Tensor.Of(constant.Tensor.Shape, [.. constant.Tensor.ToFloats().Select(static v => (float)(Half)v)], type)),
        _ => value,
    };

    // A value for each of x's, or one along each axis that all share.
    private static ConstantValue Spread(Tensor values, Dim[] x, int axis, long block)
    {
        if (values.Count == 1 && block == 0)
        {
            return new ConstantValue(Tensor.Of([], values.ToFloats()));
        }
        int[] sizes = [.. x.Select((d, n) => n == axis || block > 0 ? (int)d.Size : 1)];
        long length = block > 0 ? (x[axis].Size + block - 1) / block : x[axis].Size;
        bool fits = x[axis].IsStatic && (block > 0
            ? values.Shape.SequenceEqual(sizes.Select((n, at) => at == axis ? (int)length : n))
            : values.Shape is [var count] && count == length);
        if (!fits)
        {
            throw new NodeFaultException($"the scale has shape [{string.Join(", ", values.Shape)}] for {Dims.Describe(x)}, axis {axis}, block_size {block}; expected one value, one for each place on that axis, or one a block.");
        }
        int[] strides = Dims.Strides(Dims.Static(values.Shape.Length == x.Length ? values.Shape : sizes));
        int[] source = Dims.Map(Dims.Static(sizes), index => index.Index().Sum(i => strides[i.Index] * (i.Index == axis && block > 0 ? i.Item / (int)block : i.Item)));
        return new ConstantValue(Tensor.Of(sizes, values.ToFloats()).Rearrange(sizes, source));
    }

    private static (float Least, float Most) RangeOf(ElementType type) => type switch
    {
        ElementType.UInt8 => (byte.MinValue, byte.MaxValue),
        ElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        ElementType.UInt16 => (ushort.MinValue, ushort.MaxValue),
        ElementType.Int16 => (short.MinValue, short.MaxValue),
        _ => throw new NodeFaultException($"it quantises to {ElementTypes.Name(type)}; expected a type of 8 or 16 bits."),
    };
}
