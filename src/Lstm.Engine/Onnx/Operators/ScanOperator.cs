using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Scan, opset 9 on, along the axis of time, forward: its body is a step, its states are the session's, what it scans has the axis of time taken
/// away, what it collects has it put back. Scans along other axes, and backward, are refused.
/// </summary>
internal sealed class ScanOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Scan"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        GraphProto body = node.Attributes.Graph("body");
        long scanned = node.Attributes.Int("num_scan_inputs", 0);
        if (node.Opset < 9)
        {
            throw new NodeFaultException("it is that of opset 8, with a batch of its own; export the model with opset 9 or above.");
        }
        if (scanned < 1 || scanned > node.InputCount || body.Input.Count != node.InputCount || body.Output.Count < node.InputCount - scanned || node.OutputCount > body.Output.Count)
        {
            throw NodeFaultException.Wrong($"it has {node.InputCount} inputs of which {scanned} are scanned, and its body takes {body.Input.Count} values and gives {body.Output.Count}; expected as many in, and all states out.");
        }
        int carried = node.InputCount - (int)scanned;
        int collected = body.Output.Count - carried;
        long[] inputAxes = Numbers(node, "scan_input_axes", (int)scanned);
        long[] outputAxes = Numbers(node, "scan_output_axes", collected);
        if (Numbers(node, "scan_input_directions", (int)scanned).Concat(Numbers(node, "scan_output_directions", collected)).Any(static d => d != 0))
        {
            throw new NodeFaultException("it scans backward; expected forward.");
        }
        IReadOnlyDictionary<string, TracedValue> held = node.HoldOuterValues(body);
        string name = $"scan{node.Plan.NextNumber("scan")}";
        SignalValue[] x = [.. Enumerable.Range(0, (int)scanned).Select(n => TimestepOf(node, carried + n, inputAxes[n]))];
        TracedValue[] starts = [.. Enumerable.Range(0, carried).Select(n => node.Start(n, isCarried: true) ?? node.Input(n))];
        node.Plan.BeginRecurrence();
        StateSlot[] slots = [.. starts.Select((start, n) => LoopOperator.AddState(node.Plan, $"{name}.{body.Input[n].Name}", start))];
        TracedValue[] outputs = node.TraceBody(body, [.. slots.Select((slot, n) => LoopOperator.OldOf(slot, starts[n])), .. x]);
        for (int n = 0; n < carried; n++)
        {
            LoopOperator.Keep(node.Plan, outputs[n], slots[n]);
        }
        node.Plan.EndRecurrence(slots);
        node.Release(held);
        for (int n = 0; n < node.OutputCount; n++)
        {
            node.Set(n, n < carried ? LoopOperator.FinalOf(slots[n], outputs[n].Shape, starts[n]) : WithTime(node, outputs[n], outputAxes[n - carried]));
        }
    }

    private static long[] Numbers(NodeContext node, string name, int count)
    {
        long[] numbers = node.Attributes.Ints(name) ?? new long[count];
        return numbers.Length == count ? numbers : throw NodeFaultException.Wrong($"{name} has {numbers.Length} entries; expected {count}.");
    }

    private static SignalValue TimestepOf(NodeContext node, int input, long axis)
    {
        SignalValue x = node.Signal(input);
        int time = NodeContext.Axis(axis, x.Shape.Length);
        if (x.Shape[time] != Dim.T || x.LastStep)
        {
            throw new NodeFaultException($"it scans {Dims.Describe(x.Shape)} along axis {time}; expected the axis of time.");
        }
        return x with { Shape = [.. x.Shape[..time], .. x.Shape[(time + 1)..]], StateOrigin = null };
    }

    private static SignalValue WithTime(NodeContext node, TracedValue value, long axis)
    {
        SignalValue each = Movement.ToSignal(node.Plan, value);
        int time = NodeContext.Axis(axis, each.Shape.Length + 1);
        return each with { Shape = [.. each.Shape[..time], Dim.T, .. each.Shape[time..]], StateOrigin = null, InputOrigin = null };
    }
}
