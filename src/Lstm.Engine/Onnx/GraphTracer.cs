using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Follows the values through a graph, node by node, under one assumption about the inputs' axes: folds what is constant, plans
/// what has to be done in every step, and finds the state. A node that cannot be honoured is a fault; the nodes that depend on
/// it are passed over, the others go on, so that all faults are found at once.
/// </summary>
internal sealed class GraphTracer
{
    // Through these an initial state is followed back to the input it comes from: the value is their first input.
    private static readonly HashSet<string> Movements = ["Slice", "Squeeze", "Unsqueeze", "Gather", "Transpose", "Identity", "Reshape", "Cast", "Expand"];
    private static readonly Dictionary<string, int[]> InitialStateInputs = new() { ["LSTM"] = [5, 6], ["GRU"] = [5], ["RNN"] = [5] };

    private readonly OnnxGraph _graph;
    private readonly AxisRoles _roles;
    private readonly Dictionary<string, TracedValue> _values = [];
    private readonly List<ModelFault> _faults = [];
    private readonly StepPlanner _plan = new();
    private readonly List<StepPort> _inputs = [];
    private readonly List<(string Name, int First, int Count)> _stateInputs = [];

    private GraphTracer(OnnxGraph graph, AxisRoles roles)
    {
        _graph = graph;
        _roles = roles;
    }

    /// <summary>Plans the step of a graph: tries the assumptions about axes until one holds.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ModelLoadException">None holds; the faults of the one that came furthest.</exception>
    public static StepPlan Plan(OnnxGraph graph)
    {
        GraphTracer? best = null;
        foreach (AxisRoles roles in AxisRoles.Candidates)
        {
            var tracer = new GraphTracer(graph, roles);
            StepPlan? plan = tracer.Trace();
            if (plan is not null)
            {
                return plan;
            }
            best = best is null || tracer._faults.Count < best._faults.Count ? tracer : best;
        }
        throw new ModelLoadException(graph.File.Path, best?._faults ?? []);
    }

    private StepPlan? Trace()
    {
        foreach ((string name, Tensor tensor) in _graph.Constants)
        {
            _values[name] = new ConstantValue(tensor);
        }
        try
        {
            DefineInputs();
        }
        catch (NodeFaultException e)
        {
            _faults.Add(new ModelFault("", "", $"The inputs cannot be laid out: {e.Message}"));
            return null;
        }
        foreach (NodeProto node in _graph.Nodes)
        {
            TraceNode(node);
        }
        if (_faults.Count == 0 && _plan.Recurrent.Count == 0)
        {
            _faults.Add(new ModelFault("", "", $"The graph has no recurrent node; expected at least one of {string.Join(", ", InitialStateInputs.Keys)}."));
        }
        IReadOnlyList<StepPort> outputs = FindOutputs();
        return _faults.Count > 0 ? null : new StepPlan(_plan, _inputs, outputs);
    }

    private void DefineInputs()
    {
        HashSet<string> stateInputs = FindStateInputs();
        int stateSize = 0;
        foreach (ValueInfoProto input in _graph.Inputs)
        {
            bool isState = stateInputs.Contains(input.Name);
            if (ReadShape(input, isState ? -1 : _roles.Time, isState ? _roles.StateBatch : _roles.Batch) is not { } shape)
            {
                continue;
            }
            int count = Dims.Count(shape);
            if (isState)
            {
                _values[input.Name] = new InitialStateValue(shape, [.. Enumerable.Range(stateSize, count)]);
                _stateInputs.Add((input.Name, stateSize, count));
                stateSize += count;
                continue;
            }
            var type = (ElementType)input.Type.TensorType.ElemType;
            int first = _inputs.Sum(static i => i.Info.Size);
            int offset = _plan.Allocate(count);
            _values[input.Name] = new SignalValue(shape, type, offset) { InputOrigin = [.. Enumerable.Range(first, count)] };
            _inputs.Add(new StepPort(DescribePort(input.Name, type, shape), offset));
        }
    }

    // The inputs that initial states of recurrent nodes come from, followed back through movements.
    private HashSet<string> FindStateInputs()
    {
        var producers = new Dictionary<string, NodeProto>();
        foreach (NodeProto node in _graph.Nodes)
        {
            foreach (string output in node.Output)
            {
                producers[output] = node;
            }
        }
        var found = new HashSet<string>();
        foreach (NodeProto node in _graph.Nodes)
        {
            foreach (int index in InitialStateInputs.GetValueOrDefault(node.OpType) ?? [])
            {
                string name = index < node.Input.Count ? node.Input[index] : "";
                while (producers.TryGetValue(name, out NodeProto? producer) && Movements.Contains(producer.OpType) && producer.Input.Count > 0)
                {
                    name = producer.Input[0];
                }
                if (_graph.Inputs.Any(i => i.Name == name))
                {
                    found.Add(name);
                }
            }
        }
        return found;
    }

    private Dim[]? ReadShape(ValueInfoProto input, int time, int batch)
    {
        string Reason() => $"The input '{input.Name}'";
        if (input.Type?.TensorType is not { Shape: { } proto } tensor)
        {
            _faults.Add(new ModelFault("", "", $"{Reason()} has no shape; expected a tensor with a known number of axes."));
            return null;
        }
        if (!ElementTypes.IsKnown(tensor.ElemType))
        {
            _faults.Add(new ModelFault("", "", $"{Reason()} has element type {tensor.ElemType}; expected a numeric type."));
            return null;
        }
        var shape = new Dim[proto.Dim.Count];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            TensorShapeProto.Types.Dimension dim = proto.Dim[axis];
            bool isFixed = dim.HasDimValue && dim.DimValue > 0;
            shape[axis] = axis == time ? Dim.T : axis == batch ? Dim.B : new Dim(isFixed ? dim.DimValue : 0);
            if (shape[axis] is { IsStatic: true, Size: 0 or > int.MaxValue })
            {
                _faults.Add(new ModelFault("", "", $"{Reason()} has no usable size on axis {axis} ('{dim.DimParam}'), taking {_roles.Description}; expected a fixed number of features."));
                return null;
            }
        }
        if (shape.Aggregate(1.0, static (product, d) => product * d.Size) is var count && count > Dims.MostValues)
        {
            _faults.Add(new ModelFault("", "", $"{Reason()} has {count} values per timestep and session, taking {_roles.Description}; at most {Dims.MostValues} are supported."));
            return null;
        }
        return shape;
    }

    private void TraceNode(NodeProto proto)
    {
        string name = OnnxGraph.NameOf(proto);
        if (OperatorRegistry.Find(proto.Domain, proto.OpType) is not { } op)
        {
            string domain = proto.Domain.Length > 0 ? $" of domain '{proto.Domain}'" : "";
            _faults.Add(new ModelFault(name, proto.OpType, $"the operator{domain} is not supported natively."));
            return;
        }
        if (proto.Input.Any(i => i.Length > 0 && !_values.ContainsKey(i)))
        {
            return;
        }
        try
        {
            var context = new NodeContext(proto, _graph.File.Opset, _values, _plan);
            op.Trace(context);
            foreach (string unread in context.Attributes.Unread)
            {
                _faults.Add(new ModelFault(name, proto.OpType, $"the attribute '{unread}' is not known."));
            }
            foreach (string output in proto.Output.Where(o => o.Length > 0 && !_values.ContainsKey(o)))
            {
                _faults.Add(new ModelFault(name, proto.OpType, $"the output '{output}' is not supported."));
            }
        }
        catch (Exception e) when (e is NodeFaultException or OverflowException)
        {
            _faults.Add(new ModelFault(name, proto.OpType, e is OverflowException ? "its sizes are too large." : e.Message));
        }
    }

    // Outputs of the step; outputs that hand a state input's next value out are the session's own business.
    private List<StepPort> FindOutputs()
    {
        Dictionary<int, int> stateOfPlace = StateOfPlace();
        var outputs = new List<StepPort>();
        foreach (ValueInfoProto output in _graph.Outputs)
        {
            if (!_values.TryGetValue(output.Name, out TracedValue? value))
            {
                continue;
            }
            if (value is SignalValue { StateOrigin: { } origin } state && !Dims.HasTime(state.Shape) && _stateInputs.Any(input => IsNextOf(input.First, input.Count, origin, stateOfPlace)))
            {
                continue;
            }
            try
            {
                SignalValue signal = Movement.ToSignal(_plan, value);
                outputs.Add(new StepPort(DescribePort(output.Name, signal.Type, signal.Shape), signal.Offset));
            }
            catch (NodeFaultException e)
            {
                _faults.Add(new ModelFault("", "", $"The output '{output.Name}' is not usable: {e.Message}"));
            }
        }
        if (outputs.Count == 0 && _faults.Count == 0)
        {
            _faults.Add(new ModelFault("", "", "All outputs of the graph are states; expected at least one other."));
        }
        return outputs;
    }

    // For each place of the state inputs: the place in the session's state that it starts.
    private Dictionary<int, int> StateOfPlace()
    {
        var result = new Dictionary<int, int>();
        foreach (StateSlot slot in _plan.States)
        {
            if (slot.Start is InitialStateValue start)
            {
                for (int n = 0; n < slot.Length; n++)
                {
                    // A place that starts two states is answered by no single output.
                    result[start.Source[n]] = result.ContainsKey(start.Source[n]) ? -1 : slot.Offset + n;
                }
            }
        }
        return result;
    }

    private static bool IsNextOf(int first, int count, int[] origin, Dictionary<int, int> stateOfPlace) =>
        origin.Length == count && origin.Index().All(o => stateOfPlace.GetValueOrDefault(first + o.Index, -1) == o.Item);

    private static TensorInfo DescribePort(string name, ElementType type, Dim[] shape) =>
        new(name, ElementTypes.Name(type), [.. shape.Where(static d => d.IsStatic).Select(static d => (int)d.Size)]);
}
