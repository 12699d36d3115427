using Lstm.Engine.Layers;
using Lstm.Engine.Onnx.Axes;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>Gives the inputs of a graph their places under one assumption about axes: x in the row, states among the initial states or in slots.</summary>
internal sealed class GraphInputs
{
    private readonly OnnxGraph _graph;
    private readonly AxisReading _reading;
    private readonly ModelHints _hints;
    private readonly HashSet<string> _states;
    private readonly IReadOnlySet<string> _onceGiven;
    private int _stateSize;
    private bool _hasFrame;

    /// <summary>Takes what the leading input says of T and B.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="reading">The assumption.</param>
    /// <param name="states">Names of the state inputs.</param>
    /// <param name="onceGiven">Names of the inputs that are given once, when a session opens.</param>
    /// <param name="hints">What the file does not say itself.</param>
    public GraphInputs(OnnxGraph graph, AxisReading reading, IEnumerable<string> states, IReadOnlySet<string> onceGiven, ModelHints hints)
    {
        (_graph, _reading, _onceGiven, _hints) = (graph, reading, onceGiven, hints);
        _states = [.. states];
        InputAxes? leading = reading.Leading;
        FixedLength = leading?.Time >= 0 ? Fixed(leading.Lengths[leading.Time]) : null;
        FixedBatch = leading?.Batch >= 0 ? Fixed(leading.Lengths[leading.Batch]) : null;
    }

    /// <summary>How well the names of the axes fit their roles; decides only which faults are told.</summary>
    public int Plausibility => _reading.Leading is { } leading && _graph.Inputs.FirstOrDefault(i => i.Name == leading.Name) is { } input
        ? Fits(DeclaredShape.Of(input), leading.Time, 't', 's', 'l') + Fits(DeclaredShape.Of(input), leading.Batch, 'b', 'n')
        : 0;

    /// <summary>T as the file declares it, null when it leaves it open.</summary>
    public int? FixedLength { get; }

    /// <summary>B as the file declares it, null when it leaves it open.</summary>
    public int? FixedBatch { get; }

    /// <summary>What a step takes.</summary>
    public List<StepPort> Ports { get; } = [];

    /// <summary>State inputs that recurrent nodes start from: where their values stand among all initial states.</summary>
    public List<(string Name, int First, int Count, Dim[] Shape)> Initial { get; } = [];

    /// <summary>State inputs that plain operators read, and what carries them.</summary>
    public List<(string Name, StateSlot Slot, Dim[] Shape)> Slots { get; } = [];

    /// <summary>Defines every input.</summary>
    /// <param name="scope">Where the values go.</param>
    /// <param name="session">Where those that are given once go.</param>
    /// <param name="inSlots">Names of the state inputs that plain operators read.</param>
    /// <returns>The inputs that cannot be laid out, and why.</returns>
    public IReadOnlyList<ModelFault> Define(TraceScope scope, SessionScope session, IReadOnlySet<string> inSlots)
    {
        var faults = new List<ModelFault>();
        foreach (ValueInfoProto input in _graph.Inputs)
        {
            try
            {
                Define(scope, session, inSlots, input);
            }
            catch (NodeFaultException e)
            {
                faults.Add(new ModelFault("", "", e.Message) { Kind = e.Kind });
            }
        }
        return faults;
    }

    private void Define(TraceScope scope, SessionScope session, IReadOnlySet<string> inSlots, ValueInfoProto input)
    {
        Dim[] shape = ReadShape(input);
        int count = Dims.Count(shape);
        var type = (ElementType)input.Type.TensorType.ElemType;
        if (inSlots.Contains(input.Name))
        {
            StateSlot slot = scope.Plan.AddState(input.Name, count, null, SizesOf(shape));
            scope.Values[input.Name] = new SignalValue(shape, type, slot.Old);
            Slots.Add((input.Name, slot, shape));
        }
        else if (_states.Contains(input.Name))
        {
            scope.Values[input.Name] = new InitialStateValue(shape, [.. Enumerable.Range(_stateSize, count)]);
            Initial.Add((input.Name, _stateSize, count, shape));
            _stateSize += count;
        }
        else if (_onceGiven.Contains(input.Name))
        {
            if (Dims.HasTime(shape))
            {
                throw new NodeFaultException($"The input '{input.Name}' has an axis of time, taking {_reading.Description}; expected none, since it is given once, when a session opens.");
            }
            session.Define(Describe(input.Name, type, shape, shape), type, shape);
        }
        else
        {
            scope.Values[input.Name] = DefinePort(scope.Plan, input.Name, type, shape);
        }
    }

    private TracedValue DefinePort(StepPlanner plan, string name, ElementType type, Dim[] shape)
    {
        int first = Ports.Sum(static i => i.Info.Size);
        int count = Dims.Count(shape);
        if (_hints.FrameContext > 0 && !ElementTypes.IsInteger(type))
        {
            return DefineFrame(plan, name, type, shape);
        }
        int offset = plan.Allocate(count);
        Ports.Add(new StepPort(Describe(name, type, shape, shape), offset));
        if (_hints.Layouts.GetValueOrDefault(name)?.Values is [var only] && shape.All(static d => d.IsStatic))
        {
            // Requests send nothing else, so it is known now: what it selects is decided.
            return new ConstantValue(ElementTypes.IsInteger(type)
                ? Tensor.Of(SizesOf(shape), [.. Enumerable.Repeat((long)only, count)], type)
                : Tensor.Of(SizesOf(shape), [.. Enumerable.Repeat((float)only, count)], type));
        }
        return new SignalValue(shape, type, offset) { InputOrigin = [.. Enumerable.Range(first, count)] };
    }

    // Past samples are kept and prepended to the last axis of each frame.
    private SignalValue DefineFrame(StepPlanner plan, string name, ElementType type, Dim[] shape)
    {
        int context = _hints.FrameContext;
        if (_hasFrame || shape is not [.., { IsStatic: true } last] || last.Size <= context)
        {
            throw new NodeFaultException($"The input '{name}' of shape {Dims.Describe(shape)} cannot begin with {context} past samples (frame_context); expected one input of floats, and a last axis longer than that.");
        }
        _hasFrame = true;
        int size = (int)last.Size;
        int fresh = size - context;
        int rows = Dims.Count(shape) / size;
        Dim[] taken = [.. shape[..^1], new Dim(fresh)];
        int x = plan.Allocate(rows * fresh);
        int frame = plan.Allocate(rows * size);
        Ports.Add(new StepPort(Describe(name, type, taken, shape), x));
        plan.BeginRecurrence();
        StateSlot past = plan.AddState("context", rows * context, null, rows == 1 ? [context] : [rows, context]);
        plan.Add(() => new CopyLayerSpec([.. Enumerable.Range(0, rows).SelectMany(row => new CopyRun[]
        {
            new(past.Old + (row * context), frame + (row * size), context),
            new(x + (row * fresh), frame + (row * size) + context, fresh),
        })]));
        plan.Add(() => new CopyLayerSpec([.. Enumerable.Range(0, rows).Select(row => new CopyRun(frame + (row * size) + fresh, past.New + (row * context), context))]));
        plan.EndRecurrence([past]);
        return new SignalValue(shape, type, frame);
    }

    private Dim[] ReadShape(ValueInfoProto input)
    {
        string Reason() => $"The input '{input.Name}'";
        if (input.Type?.TensorType is not { Shape: { } proto } tensor)
        {
            throw new NodeFaultException($"{Reason()} has no shape; expected a tensor with a known number of axes.");
        }
        if (!ElementTypes.IsKnown(tensor.ElemType))
        {
            throw new NodeFaultException($"{Reason()} has element type {tensor.ElemType}; expected a numeric type.");
        }
        InputAxes axes = _reading.Inputs.First(i => i.Name == input.Name);
        var shape = new Dim[proto.Dim.Count];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = axes.Roles[axis] switch { 'T' => Dim.T, 'B' => Dim.B, _ => new Dim(Math.Max(0, axes.Lengths[axis])) };
            if (shape[axis] is { IsStatic: true, Size: 0 })
            {
                throw new NodeFaultException($"{Reason()} has no usable size on axis {axis} ('{proto.Dim[axis].DimParam}'), taking {_reading.Description}; expected a fixed number of features.");
            }
        }
        if (shape.Aggregate(1.0, static (product, d) => product * d.Size) is var count && count > Dims.MostValues)
        {
            throw new NodeFaultException($"{Reason()} has {count} values per timestep and session, taking {_reading.Description}; at most {Dims.MostValues} are supported.");
        }
        return shape;
    }

    /// <summary>What users see of an input or output.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="shape">Its axes in a step.</param>
    /// <param name="axes">Its axes in the file.</param>
    /// <returns>The description.</returns>
    public TensorInfo Describe(string name, ElementType type, Dim[] shape, Dim[] axes) => new(name, ElementTypes.Name(type), SizesOf(shape))
    {
        Axes = Dims.Describe(axes),
        TimeAxis = Array.FindIndex(axes, static d => d.HasTime),
        BatchAxis = Array.FindIndex(axes, static d => d.HasBatch),
        EveryStep = !_reading.HasTime || Dims.HasTime(shape),
        Notes = _hints.Tensors.GetValueOrDefault(name),
        Values = _hints.Layouts.GetValueOrDefault(name)?.Values ?? [],
    };

    private static int Fits(DeclaredShape shape, int axis, params ReadOnlySpan<char> initials) =>
        axis >= 0 && shape.NameOf(axis) is { Length: > 0 } name && initials.Contains(char.ToLowerInvariant(name[0])) ? 1 : 0;

    private static int[] SizesOf(Dim[] shape) => [.. shape.Where(static d => d.IsStatic).Select(static d => (int)d.Size)];

    private static int? Fixed(int length) => length > 0 ? length : null;
}
