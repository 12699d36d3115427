using System.Diagnostics.CodeAnalysis;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>A node while it is traced: its inputs as far as they are known, its attributes, and where its outputs go.</summary>
/// <param name="proto">The node in the file.</param>
/// <param name="scope">What it sees.</param>
internal sealed class NodeContext(NodeProto proto, TraceScope scope)
{
    /// <summary>The operator's name.</summary>
    public string OpType { get; } = proto.OpType;

    /// <summary>How messages call the node.</summary>
    public string Name { get; } = OnnxGraph.NameOf(proto);

    /// <summary>Version of the operator set.</summary>
    public int Opset => scope.Opset;

    /// <summary>The attributes.</summary>
    public NodeAttributes Attributes { get; } = new(proto);

    /// <summary>The load that this is done for.</summary>
    public LoadBudget Budget => scope.Budget;

    /// <summary>The plan that is being built.</summary>
    public StepPlanner Plan => scope.Plan;

    /// <summary>Whether the graph has an axis of time; otherwise it does one step a run.</summary>
    public bool HasTimeAxis => scope.HasTimeAxis;

    /// <summary>Number of inputs, absent ones in between included.</summary>
    public int InputCount => proto.Input.Count;

    /// <summary>Whether anything reads an output.</summary>
    /// <param name="index">Number of the output.</param>
    /// <returns>True when it has a name.</returns>
    public bool HasOutput(int index) => index < proto.Output.Count && proto.Output[index].Length > 0;

    /// <summary>An input that may be absent.</summary>
    /// <param name="index">Number of the input.</param>
    /// <returns>The value, or null.</returns>
    public TracedValue? Optional(int index) =>
        index < proto.Input.Count && proto.Input[index].Length > 0 ? scope.InStep(proto.Input[index]) : null;

    /// <summary>An input that a recurrence starts from; may be absent.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="isCarried">Whether a session carries it from then on; otherwise it is a value of the step like others.</param>
    /// <returns>The value, or null.</returns>
    public TracedValue? Start(int index, bool isCarried) =>
        isCarried && index < proto.Input.Count && proto.Input[index].Length > 0 ? scope.Values[proto.Input[index]] : Optional(index);

    /// <summary>An input that must be there.</summary>
    /// <param name="index">Number of the input.</param>
    /// <returns>The value.</returns>
    public TracedValue Input(int index) => Optional(index) ?? throw new NodeFaultException($"input {index} is missing.");

    /// <summary>An input that has to be there in every step: a signal, or a constant written into the row.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="what">What it is, for the message; null for "input N".</param>
    /// <returns>The signal; its rows hold all there is of it.</returns>
    public SignalValue Signal(int index, string? what = null) => Input(index) is SignalValue or ConstantValue
        ? Movement.ToSignal(Plan, Input(index))
        : throw new NodeFaultException($"{what ?? $"input {index}"} is {Input(index).Kind} of shape {Dims.Describe(Input(index).Shape)}; expected a value of the step.");

    /// <summary>Number of outputs, absent ones in between included.</summary>
    public int OutputCount => proto.Output.Count;

    /// <summary>
    /// A subgraph that runs once a timestep sees the same outer values in every round, so those of the last timestep are brought to
    /// every one while it is traced.
    /// </summary>
    /// <param name="body">The subgraph.</param>
    /// <returns>The values as they were, for <see cref="Release"/>.</returns>
    /// <exception cref="NodeFaultException">One step at a time is planned, which does not know the last timestep.</exception>
    public IReadOnlyDictionary<string, TracedValue> HoldOuterValues(GraphProto body)
    {
        var held = new Dictionary<string, TracedValue>();
        foreach (string name in OnnxGraph.TakenFromAround(body).Concat(proto.Input).Distinct())
        {
            if (scope.Values.GetValueOrDefault(name) is SignalValue { LastStep: true } signal)
            {
                held[name] = signal;
                scope.Values[name] = Movement.ToEveryTimestep(Plan, signal);
            }
        }
        return held;
    }

    /// <summary>Ends what <see cref="HoldOuterValues"/> began.</summary>
    /// <param name="held">What it returned.</param>
    public void Release(IReadOnlyDictionary<string, TracedValue> held)
    {
        foreach ((string name, TracedValue value) in held)
        {
            scope.Values[name] = value;
        }
    }

    /// <summary>Gives the inputs of a subgraph values, and takes the values of its outputs. Its names end with it: another subgraph may have the same.</summary>
    /// <param name="body">The subgraph.</param>
    /// <param name="inputs">Values of its inputs, in their order.</param>
    /// <returns>Values of its outputs, in their order.</returns>
    public TracedValue[] TraceBody(GraphProto body, IReadOnlyList<TracedValue> inputs)
    {
        HashSet<string> around = [.. scope.Values.Keys];
        try
        {
            for (int n = 0; n < inputs.Count; n++)
            {
                if (!scope.Values.TryAdd(body.Input[n].Name, inputs[n]))
                {
                    throw NodeFaultException.Wrong($"the name '{body.Input[n].Name}' of its subgraph is taken already.");
                }
            }
            scope.TraceBody(body);
            return [.. body.Output.Select(o => scope.Values.GetValueOrDefault(o.Name) ?? throw NodeFaultException.Wrong($"its subgraph does not compute its output '{o.Name}'."))];
        }
        finally
        {
            foreach (string inside in scope.Values.Keys.Where(name => !around.Contains(name)).ToArray())
            {
                scope.Values.Remove(inside);
            }
        }
    }

    /// <summary>An input that must be constant.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <returns>The constant.</returns>
    public Tensor Constant(int index, string what) => Input(index) switch
    {
        ConstantValue constant when constant.Shape.All(static d => d.IsStatic) => constant.Tensor,
        TracedValue other => throw new NodeFaultException($"{what} (input {index}) must be constant but is {other.Kind} of shape {Dims.Describe(other.Shape)}."),
    };

    /// <summary>An input of whole numbers that may be T or B: shapes, axes, indices.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <returns>The numbers.</returns>
    public Dim[] Numbers(int index, string what) => TryNumbers(Input(index), out Dim[]? numbers)
        ? numbers
        : throw new NodeFaultException($"{what} (input {index}) must be known when the model is loaded but is {Input(index).Kind} of shape {Dims.Describe(Input(index).Shape)}.");

    /// <summary>An input of plain whole numbers.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <returns>The numbers, or null when the input is absent.</returns>
    public long[]? Integers(int index, string what) => Optional(index) is null
        ? null
        : [.. Numbers(index, what).Select(d => d.IsStatic ? d.Size : throw new NodeFaultException($"{what} (input {index}) depends on the length of the sequence or the batch ({d}); expected fixed numbers."))];

    /// <summary>Reads whole numbers out of a value, if it holds them.</summary>
    /// <param name="value">The value.</param>
    /// <param name="numbers">The numbers.</param>
    /// <returns>True for integer constants and shapes.</returns>
    public static bool TryNumbers(TracedValue value, [NotNullWhen(true)] out Dim[]? numbers)
    {
        numbers = value switch
        {
            ShapeValue shape => shape.Elements,
            ConstantValue { Tensor.Integers: { } integers, Shape.Length: <= 1 } => [.. integers.Select(static n => new Dim(n))],
            _ => null,
        };
        return numbers is not null;
    }

    /// <summary>Gives an output.</summary>
    /// <param name="index">Number of the output; ignored when no one reads it.</param>
    /// <param name="value">Its value.</param>
    public void Set(int index, TracedValue value)
    {
        if (HasOutput(index))
        {
            if (value is ConstantValue constant && !IsInput(constant.Tensor))
            {
                Budget.Charge(constant.Tensor.Bytes, $"at {OpType} '{Name}'");
            }
            scope.Values[proto.Output[index]] = value;
        }
    }

    private bool IsInput(Tensor tensor) =>
        proto.Input.Any(name => name.Length > 0 && scope.Values.GetValueOrDefault(name) is ConstantValue input && ReferenceEquals(input.Tensor, tensor));

    /// <summary>Brings an axis into the range of a rank.</summary>
    /// <param name="axis">The axis, negative ones count from the end.</param>
    /// <param name="rank">Number of axes.</param>
    /// <returns>0 … rank − 1.</returns>
    public static int Axis(long axis, int rank)
    {
        long positive = axis < 0 ? axis + rank : axis;
        return positive >= 0 && positive < rank ? (int)positive : throw new NodeFaultException($"axis {axis} does not exist in a value with {rank} axes.");
    }
}
