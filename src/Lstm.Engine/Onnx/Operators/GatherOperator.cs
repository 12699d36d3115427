using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Gather, opset 1 on: an embedding when the indices are a signal, otherwise values picked along an axis.</summary>
internal sealed class GatherOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Gather"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        TracedValue data = node.Input(0);
        int axis = NodeContext.Axis(node.Attributes.Int("axis", 0), data.Shape.Length);
        node.Set(0, node.Input(1) switch
        {
            SignalValue indices when axis == 0 => Embed(node.Plan, indices, node.Constant(0, "the table")),
            SignalValue => throw new NodeFaultException($"indices of the step pick along axis {axis} of the table; expected axis 0."),
            CounterValue counter => PickTimestep(node, data, axis, counter),
            _ => Pick(node, data, axis),
        });
    }

    /// <summary>Plans the rows of a constant table that the input of a step picks.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="indices">Numbers of rows; an input of the graph.</param>
    /// <param name="table">The table, rows first.</param>
    /// <returns>The rows.</returns>
    public static SignalValue Embed(StepPlanner plan, SignalValue indices, Tensor table)
    {
        if (table.Shape.Length < 1)
        {
            throw NodeFaultException.Wrong("the table has no axis; expected rows.");
        }
        if (indices.InputOrigin is not { } inputs)
        {
            throw new NodeFaultException("the indices are computed in the step; expected an input of the graph, so that they can be checked before the step.");
        }
        int count = table.Shape[0];
        int width = table.Count / Math.Max(1, count);
        foreach (int input in inputs)
        {
            plan.AddRange(new InputRange(input, -count, count - 1));
        }
        Dim[] shape = [.. indices.Shape, .. Dims.Static(table.Shape[1..])];
        Dims.CheckCount(shape);
        int offset = plan.Allocate(Dims.Count(shape));
        plan.Add(() => new EmbeddingLayerSpec(table.ToFloats(), count, width, indices.Offset, inputs.Length, offset));
        return indices.At(offset) with { Shape = shape, Type = table.Type };
    }

    // In a loop over time: x[t].
    private static SignalValue PickTimestep(NodeContext node, TracedValue data, int axis, CounterValue counter)
    {
        if (counter.Offset != 0 || data is not SignalValue { LastStep: false } signal || signal.Shape[axis] != Dim.T)
        {
            throw new NodeFaultException($"a loop's counter, {counter.Offset} ahead, picks from {data.Kind} of shape {Dims.Describe(data.Shape)} along axis {axis}; expected timestep by timestep from an axis of time.");
        }
        return signal with { Shape = [.. signal.Shape[..axis], .. signal.Shape[(axis + 1)..]] };
    }

    private static TracedValue Pick(NodeContext node, TracedValue data, int axis)
    {
        Dim along = data.Shape[axis];
        long[] picked = NodeContext.TryNumbers(node.Input(1), out Dim[]? numbers) && numbers is [var end] && along == Dim.T && end == Dim.LastOfT ? [-1] : node.Integers(1, "indices") ?? [];
        Dim[] indexShape = node.Input(1).Shape;
        bool lastStep = false;
        if (along == Dim.T && picked is [-1])
        {
            lastStep = true;
            picked = [0];
        }
        else if (along == Dim.T && picked is [0] && data is SignalValue { LastStep: false } sequence)
        {
            data = Movement.FromFirstTimestep(node.Plan, sequence);
        }
        else if (along == Dim.T && picked is [var last] && last >= 0 && node.Plan.TryTakeForLength(last + 1))
        {
            lastStep = true;
            picked = [0];
        }
        else if (!along.IsStatic)
        {
            throw new NodeFaultException($"the indices [{string.Join(", ", picked)}] pick along {along}; only the first (0) or the last timestep (−1) can be taken.");
        }
        else if (picked.Any(p => p < -along.Size || p >= along.Size))
        {
            throw new NodeFaultException($"the indices [{string.Join(", ", picked)}] reach beyond axis {axis} of {Dims.Describe(data.Shape)}.");
        }
        Dim[] shape = [.. data.Shape[..axis], .. indexShape, .. data.Shape[(axis + 1)..]];
        Dims.CheckCount(shape);
        int[] strides = Dims.Strides(data.Shape);
        int[] indexStrides = Dims.Strides(indexShape);
        int[] source = Dims.Map(shape, index =>
        {
            int flat = 0;
            int place = 0;
            for (int n = 0; n < shape.Length; n++)
            {
                if (n >= axis && n < axis + indexShape.Length)
                {
                    place += index[n] * indexStrides[n - axis];
                }
                else
                {
                    flat += index[n] * strides[n < axis ? n : n - indexShape.Length + 1];
                }
            }
            long at = picked[place];
            return flat + ((int)(at < 0 ? at + along.Size : at) * strides[axis]);
        });
        return Movement.Apply(node.Plan, data, shape, source, lastStep);
    }
}
