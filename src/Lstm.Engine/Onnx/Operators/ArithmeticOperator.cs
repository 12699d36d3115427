using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Add, Sub, Mul, Div, opset 7 on: elementwise with broadcasting. Integers divide as integers: fractions are cut off.</summary>
internal sealed class ArithmeticOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Add", "Sub", "Mul", "Div"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        ArithmeticOperation operation = node.OpType switch
        {
            "Add" => ArithmeticOperation.Add,
            "Sub" => ArithmeticOperation.Subtract,
            "Mul" => ArithmeticOperation.Multiply,
            _ => ArithmeticOperation.Divide,
        };
        node.Set(0, Plan(node.Plan, operation, node.Input(0), node.Input(1)));
    }

    /// <summary>Plans or folds a ∘ b.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="operation">∘.</param>
    /// <param name="a">One operand.</param>
    /// <param name="b">The other.</param>
    /// <returns>The result, in the common shape.</returns>
    public static TracedValue Plan(StepPlanner plan, ArithmeticOperation operation, TracedValue a, TracedValue b)
    {
        if (FoldCounter(operation, a, b) is { } counter)
        {
            return counter;
        }
        (a, b) = (FixedBatch.Fit(plan, a, b.Shape), FixedBatch.Fit(plan, b, a.Shape));
        Dim[] shape = Broadcast.Shape(a.Shape, b.Shape);
        if (NodeContext.TryNumbers(a, out Dim[]? left) && NodeContext.TryNumbers(b, out Dim[]? right))
        {
            Dim[] elements = [.. Enumerable.Range(0, Dims.Count(shape)).Select(n => Fold(operation, left[left.Length == 1 ? 0 : n], right[right.Length == 1 ? 0 : n]))];
            return elements.All(static d => d.IsStatic)
                ? new ConstantValue(Tensor.Of([.. shape.Select(static d => (int)d.Size)], [.. elements.Select(static d => d.Size)]))
                : new ShapeValue(shape, elements);
        }
        a = Broadcast.To(plan, a, shape);
        b = Broadcast.To(plan, b, shape);
        if (a is ConstantValue { Tensor.Integers: { } left64 } integers && b is ConstantValue { Tensor.Integers: { } right64 })
        {
            return new ConstantValue(shape, Tensor.Of(integers.Tensor.Shape, [.. left64.Select((v, n) => Fold(operation, v, right64[n]))], integers.Tensor.Type));
        }
        if (a is ConstantValue x && b is ConstantValue y)
        {
            float[] p = x.Tensor.ToFloats();
            float[] q = y.Tensor.ToFloats();
            return new ConstantValue(shape, Tensor.Of(x.Tensor.Shape, [.. p.Select((v, n) => Fold(operation, v, q[n]))], x.Tensor.Type));
        }
        return PlanSignals(plan, operation, a, b, shape);
    }

    private static SignalValue PlanSignals(StepPlanner plan, ArithmeticOperation operation, TracedValue a, TracedValue b, Dim[] shape)
    {
        bool constantFirst = a is ConstantValue;
        ConstantValue? constant = a as ConstantValue ?? b as ConstantValue;
        SignalValue first = Movement.ToSignal(plan, constantFirst ? b : a);
        SignalValue second = constant is null ? Movement.ToSignal(plan, b) : first;
        int size = Dims.Count(shape);
        int offset = plan.Allocate(size);
        plan.Add(() => new ArithmeticLayerSpec(operation, first.Offset, second.Offset, offset, size, PadConstant(constant), constantFirst), size);
        var result = new SignalValue(shape, first.Type, offset) { LastStep = first.LastStep || second.LastStep };
        return operation == ArithmeticOperation.Divide ? MapOperator.Whole(plan, result) : result;
    }

    private static AlignedBuffer? PadConstant(ConstantValue? constant)
    {
        if (constant is null)
        {
            return null;
        }
        var buffer = new AlignedBuffer(VectorWidths.Pad(constant.Tensor.Count));
        constant.Tensor.ToFloats().CopyTo(buffer.Span);
        return buffer;
    }

    private static float Fold(ArithmeticOperation operation, float a, float b) => operation switch
    {
        ArithmeticOperation.Add => a + b,
        ArithmeticOperation.Subtract => a - b,
        ArithmeticOperation.Multiply => a * b,
        _ => a / b,
    };

    private static long Fold(ArithmeticOperation operation, long a, long b) => operation switch
    {
        ArithmeticOperation.Add => a + b,
        ArithmeticOperation.Subtract => a - b,
        ArithmeticOperation.Multiply => a * b,
        _ => b == 0 ? throw new NodeFaultException("it divides whole numbers by zero.") : a / b,
    };

    private static Dim Fold(ArithmeticOperation operation, Dim a, Dim b)
    {
        if (a.IsStatic && b.IsStatic)
        {
            return operation switch
            {
                ArithmeticOperation.Add => new Dim(a.Size + b.Size),
                ArithmeticOperation.Subtract => new Dim(a.Size - b.Size),
                ArithmeticOperation.Multiply => new Dim(checked(a.Size * b.Size)),
                _ => b.Size == 0 ? throw new NodeFaultException("it divides a shape by zero.") : new Dim(a.Size / b.Size),
            };
        }
        return operation switch
        {
            ArithmeticOperation.Multiply => a * b,
            ArithmeticOperation.Divide when b.IsOne => a,
            ArithmeticOperation.Add when b.IsStatic => a + b.Size,
            ArithmeticOperation.Add when a.IsStatic => b + a.Size,
            ArithmeticOperation.Subtract when b.IsStatic => a + -b.Size,
            _ => throw new NodeFaultException($"it computes with the length of the sequence or the batch ({a}, {b}); only products, and sums with fixed numbers, are followed."),
        };
    }

    private static CounterValue? FoldCounter(ArithmeticOperation operation, TracedValue a, TracedValue b) => (operation, a, b) switch
    {
        (ArithmeticOperation.Add, CounterValue counter, ConstantValue { Tensor: { Count: 1 } more }) => new(counter.Offset + (long)more.ToFloats()[0]),
        (ArithmeticOperation.Add, ConstantValue { Tensor: { Count: 1 } more }, CounterValue counter) => new(counter.Offset + (long)more.ToFloats()[0]),
        _ => null,
    };
}
