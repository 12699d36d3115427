using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Products of two values summed over the axes that they share and the result lacks, within a timestep and a session: Einsum, and MatMul of
/// two signals. A constant becomes a matrix for each place on the axes that both and the result have (a grouped linear layer).
/// </summary>
/// <param name="plan">The plan.</param>
internal sealed class Contraction(StepPlanner plan)
{
    /// <summary>Plans a·b.</summary>
    /// <param name="a">One operand.</param>
    /// <param name="b">The other.</param>
    /// <param name="result">Letters of the result.</param>
    /// <returns>The result.</returns>
    /// <exception cref="NodeFaultException">Time or batch would be summed over, or sizes do not fit.</exception>
    public Lettered Multiply(Lettered a, Lettered b, string result)
    {
        (a, b) = (WithoutOnes(a, b), WithoutOnes(b, a));
        (a, b) = (SumAlone(a, b.Letters + result), SumAlone(b, a.Letters + result));
        foreach (char letter in a.Letters.Where(b.Letters.Contains))
        {
            if (a[letter] != b[letter])
            {
                throw new NodeFaultException($"an axis is {a[letter]} in one input and {b[letter]} in the other.");
            }
        }
        if ("TB".Any(symbol => (a.Letters + b.Letters).Distinct().Count(c => (a.Letters.Contains(c, StringComparison.Ordinal) ? a[c] : b[c]).Symbols.Contains(symbol, StringComparison.Ordinal)) > 1))
        {
            throw new NodeFaultException($"it multiplies {Dims.Describe(a.Value.Shape)} by {Dims.Describe(b.Value.Shape)}, which joins every timestep or session with every other.");
        }
        return b.Value is ConstantValue && a.Value is SignalValue ? ByMatrices(a, b, result)
            : a.Value is ConstantValue && b.Value is SignalValue ? ByMatrices(b, a, result)
            : Elementwise(a, b, result);
    }

    /// <summary>Sums a value over axes and brings the others into an order.</summary>
    /// <param name="x">The value.</param>
    /// <param name="result">The letters to keep.</param>
    /// <returns>The value.</returns>
    public Lettered Finish(Lettered x, string result) => Arrange(SumAlone(x, result), result);

    // [groups, rows, K] by a matrix [K, N] for each group.
    private Lettered ByMatrices(Lettered signal, Lettered constant, string result)
    {
        string shared = string.Concat(signal.Letters.Where(constant.Letters.Contains));
        string groups = string.Concat(shared.Where(result.Contains));
        string depth = string.Concat(shared.Where(c => !result.Contains(c, StringComparison.Ordinal)));
        string rows = string.Concat(signal.Letters.Where(c => !shared.Contains(c, StringComparison.Ordinal)));
        string columns = string.Concat(constant.Letters.Where(c => !shared.Contains(c, StringComparison.Ordinal)));
        SignalValue x = Movement.ToSignal(plan, Arrange(signal, groups + rows + depth).Value);
        float[] w = ((ConstantValue)Arrange(constant, groups + depth + columns).Value).Tensor.ToFloats();
        int Size(Lettered of, string letters) => Dims.Count(letters.Select(c => of[c]));
        (int g, int m, int k, int n) = (Size(constant, groups), Size(signal, rows), Size(constant, depth), Size(constant, columns));
        Dims.CheckCount([new Dim((long)g * m * n)]);
        // In this order the padding that a group's last row leaves behind its end is overwritten by the next group.
        int y = plan.Allocate((((g * m) - 1) * n) + VectorWidths.Pad(n));
        for (int group = 0; group < g; group++)
        {
            int at = group;
            plan.Add(
                () => new MatrixLayerSpec(new PackedMatrix(k, n, (row, column) => w[(((at * k) + row) * n) + column]), x.Offset + (at * m * k), y + (at * m * n), m, n),
                2L * m * k * n);
        }
        string letters = groups + rows + columns;
        Dim[] shape = [.. letters.Select(c => signal.Letters.Contains(c, StringComparison.Ordinal) ? signal[c] : constant[c])];
        return Arrange(new Lettered(x.At(y) with { Shape = shape }, letters), result);
    }

    private Lettered Elementwise(Lettered a, Lettered b, string result)
    {
        string letters = result + string.Concat(a.Letters.Where(c => !result.Contains(c, StringComparison.Ordinal)));
        TracedValue product = ArithmeticOperator.Plan(plan, ArithmeticOperation.Multiply, Spread(a, letters), Spread(b, letters));
        return Finish(new Lettered(product, letters), result);
    }

    // An axis of size 1 for each letter that a value lacks.
    private TracedValue Spread(Lettered x, string letters)
    {
        Lettered ordered = Arrange(x, string.Concat(letters.Where(x.Letters.Contains)));
        return Movement.Reshape(ordered.Value, [.. letters.Select(c => x.Letters.Contains(c, StringComparison.Ordinal) ? x[c] : new Dim(1))]);
    }

    // Axes of size 1 that are longer in the other operand are broadcast: they are as good as absent.
    private static Lettered WithoutOnes(Lettered x, Lettered other)
    {
        string kept = string.Concat(x.Letters.Where(c => !(x[c].IsOne && other.Letters.Contains(c, StringComparison.Ordinal) && !other[c].IsOne)));
        return kept == x.Letters ? x : new Lettered(Movement.Reshape(x.Value, [.. kept.Select(c => x[c])]), kept);
    }

    private Lettered SumAlone(Lettered x, string wanted)
    {
        int[] axes = [.. x.Letters.Index().Where(l => !wanted.Contains(l.Item, StringComparison.Ordinal)).Select(static l => l.Index)];
        if (axes.Length == 0)
        {
            return x;
        }
        string kept = string.Concat(x.Letters.Where(c => wanted.Contains(c, StringComparison.Ordinal)));
        Dim[] shape = [.. kept.Select(c => x[c])];
        int[] members = Groups.Along(x.Value.Shape, axes, out int size);
        if (x.Value is ConstantValue constant)
        {
            float[] values = constant.Tensor.ToFloats();
            float[] sums = [.. members.Chunk(Math.Max(1, size)).Select(group => group.Sum(n => values[n]))];
            return new Lettered(new ConstantValue(shape, Tensor.Of([.. shape.Select(static d => (int)d.Size)], sums, constant.Tensor.Type)), kept);
        }
        SignalValue signal = Movement.ToSignal(plan, x.Value);
        int offset = plan.Allocate(members.Length / size);
        GroupFunction sum = ReduceOperator.FunctionOf("ReduceSum");
        plan.Add(() => new GroupLayerSpec(sum, signal.Offset, offset, members, size, OneResult: true), members.Length);
        return new Lettered(signal.At(offset) with { Shape = shape }, kept);
    }

    private Lettered Arrange(Lettered x, string letters)
    {
        if (letters == x.Letters)
        {
            return x;
        }
        int[] strides = Dims.Strides(x.Value.Shape);
        int[] from = [.. letters.Select(c => x.Letters.IndexOf(c, StringComparison.Ordinal))];
        Dim[] shape = [.. from.Select(axis => x.Value.Shape[axis])];
        return new Lettered(Movement.Apply(plan, x.Value, shape, Dims.Map(shape, index => index.Index().Sum(i => i.Item * strides[from[i.Index]]))), letters);
    }
}

/// <summary>A value with a letter for each of its axes.</summary>
/// <param name="Value">The value.</param>
/// <param name="Letters">The letters, each once.</param>
internal sealed record Lettered(TracedValue Value, string Letters)
{
    /// <summary>The axis of a letter.</summary>
    /// <param name="letter">The letter.</param>
    public Dim this[char letter] => Value.Shape[Letters.IndexOf(letter, StringComparison.Ordinal)];
}
