using Lstm.Engine.Layers;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// Loop, opset 1 on, that runs once a timestep over an axis of time (Keras 3): its body is a step, what it hands from round to round is state,
/// what it collects has an axis of time. Expected: as many rounds as timesteps, states that start from constants or inputs of the graph, and
/// x[t] picked by the number of the round.
/// </summary>
internal sealed class LoopOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Loop"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        GraphProto body = node.Attributes.Graph("body");
        int carried = node.InputCount - 2;
        int collected = body.Output.Count - 1 - carried;
        if (carried < 0 || body.Input.Count != carried + 2 || collected < 0 || node.OutputCount > carried + collected)
        {
            throw NodeFaultException.Wrong($"its body takes {body.Input.Count} values and gives {body.Output.Count}; expected the round, the condition and {carried} values in, and the condition, these values and what is collected out.");
        }
        CheckRounds(node, body);
        IReadOnlyDictionary<string, TracedValue> held = node.HoldOuterValues(body);
        string name = $"loop{node.Plan.NextNumber("loop")}";
        node.Plan.BeginRecurrence();
        var slots = new List<(int Number, StateSlot Slot)>();
        var inputs = new List<TracedValue> { new CounterValue(0), new ConstantValue(Tensor.Of([], [1L], ElementType.Bool)) };
        for (int n = 0; n < carried; n++)
        {
            inputs.Add(Carry(node, body, n, name, slots));
        }
        TracedValue[] outputs = node.TraceBody(body, inputs);
        if (outputs[0] is not ConstantValue { Tensor: { Count: 1 } goesOn } || goesOn.ToFloats()[0] == 0f)
        {
            throw new NodeFaultException($"it may end early: its condition is {outputs[0].Kind}; expected one that holds for every timestep.");
        }
        foreach ((int n, StateSlot slot) in slots)
        {
            Keep(node.Plan, outputs[n + 1], slot);
        }
        node.Plan.EndRecurrence([.. slots.Select(static s => s.Slot)]);
        node.Release(held);
        SetOutputs(node, outputs, carried, slots);
    }

    private static void CheckRounds(NodeContext node, GraphProto body)
    {
        if (node.Optional(1) is not null && node.Constant(1, "the condition").ToFloats() is not [not 0f])
        {
            throw new NodeFaultException("it may not run at all: its condition is false at first.");
        }
        bool isEndless = StateInputs.SourceOf(body, body.Output[0].Name) is var condition
            && (condition == body.Input[1].Name || !body.Node.Any(n => n.OpType != "Constant" && n.Output.Contains(condition)));
        if (isEndless && (node.Optional(0) is null || (NodeContext.TryNumbers(node.Input(0), out Dim[]? most) && most is [{ IsStatic: true, Size: >= int.MaxValue }])))
        {
            throw NodeFaultException.Wrong($"it never ends: its condition stays true, and it {(node.Optional(0) is null ? "has no number of rounds" : "runs more rounds than anyone can wait for")}.");
        }
        if (node.Optional(0) is { } rounds)
        {
            bool isLength = NodeContext.TryNumbers(rounds, out Dim[]? numbers) && numbers is [var number]
                && (number == Dim.T || (number.IsStatic && node.Plan.TryTakeForLength(number.Size)) || number.Size >= int.MaxValue);
            if (!isLength)
            {
                throw new NodeFaultException("it does not run as many rounds as the sequence has timesteps, as far as the file shows.");
            }
        }
    }

    // What the body hands on unchanged is constant, a whole number is the counter, everything else is state.
    private static TracedValue Carry(NodeContext node, GraphProto body, int n, string name, List<(int, StateSlot)> slots)
    {
        node.Budget.Check("when the states of a Loop were looked for");
        if (StateInputs.HandsOn(body, n))
        {
            return node.Input(n + 2);
        }
        TracedValue start = node.Start(n + 2, isCarried: true) ?? node.Input(n + 2);
        if (start is ConstantValue { Tensor: { Count: 1, Integers: [0] } })
        {
            return new CounterValue(0);
        }
        if (start is SequenceValue { Each: null })
        {
            return start;
        }
        StateSlot slot = AddState(node.Plan, $"{name}.{body.Input[n + 2].Name}", start);
        slots.Add((n, slot));
        return OldOf(slot, start);
    }

    /// <summary>Adds a state that a loop carries.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="name">Its name.</param>
    /// <param name="start">What it starts from.</param>
    /// <returns>The slot.</returns>
    /// <exception cref="NodeFaultException">It is computed in the step.</exception>
    public static StateSlot AddState(StepPlanner plan, string name, TracedValue start) => start is ConstantValue or InitialStateValue or SessionValue
        ? plan.AddState(name, Dims.Count(start.Shape), start)
        : throw new NodeFaultException($"its value '{name}' starts from {start.Kind}; expected a constant or an input of the graph.");

    /// <summary>What a round finds in a state.</summary>
    /// <param name="slot">The state.</param>
    /// <param name="start">What it starts from.</param>
    /// <returns>The signal.</returns>
    public static SignalValue OldOf(StateSlot slot, TracedValue start) =>
        new(start.Shape, start is ConstantValue constant ? constant.Tensor.Type : start is SessionValue given ? given.Type : ElementType.Float32, slot.Old);

    /// <summary>What a state is after the last round.</summary>
    /// <param name="slot">The state.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="start">What it starts from.</param>
    /// <returns>The signal.</returns>
    public static SignalValue FinalOf(StateSlot slot, Dim[] shape, TracedValue start) => OldOf(slot, start) with
    {
        Shape = shape,
        Offset = slot.New,
        LastStep = true,
        StateOrigin = [.. Enumerable.Range(slot.Offset, slot.Length)],
    };

    /// <summary>Notes what a state is from here on.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="next">What the round computed.</param>
    /// <param name="slot">The state.</param>
    public static void Keep(StepPlanner plan, TracedValue next, StateSlot slot)
    {
        if (Dims.Count(next.Shape) != slot.Length)
        {
            throw new NodeFaultException($"its state '{slot.Name}' has {slot.Length} values and then {Dims.Describe(next.Shape)}.");
        }
        SignalValue signal = Movement.ToSignal(plan, next);
        plan.Add(() => new CopyLayerSpec([new CopyRun(signal.Offset, slot.New, slot.Length)]));
    }

    private static void SetOutputs(NodeContext node, TracedValue[] outputs, int carried, List<(int Number, StateSlot Slot)> slots)
    {
        for (int n = 0; n < node.OutputCount; n++)
        {
            TracedValue value = outputs[n + 1];
            if (n >= carried)
            {
                SignalValue each = Movement.ToSignal(node.Plan, value);
                node.Set(n, each with { Shape = [Dim.T, .. each.Shape], StateOrigin = null, InputOrigin = null });
                continue;
            }
            int place = slots.FindIndex(s => s.Number == n);
            node.Set(n, place < 0 ? value is CounterValue ? new ShapeValue([], [Dim.T]) : value : ((SignalValue)value) with
            {
                LastStep = true,
                Offset = slots[place].Slot.New,
                StateOrigin = [.. Enumerable.Range(slots[place].Slot.Offset, slots[place].Slot.Length)],
                InputOrigin = null,
            });
        }
    }
}
