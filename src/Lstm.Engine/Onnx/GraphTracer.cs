using Lstm.Engine.Onnx.Axes;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Follows the values through a graph, node by node, under one assumption about the inputs' axes: folds what is constant, plans
/// what has to be done in every step, and finds the state. A node that cannot be honoured is a fault; the nodes that depend on
/// it are passed over, the others go on, so that all faults are found at once.
/// </summary>
internal sealed class GraphTracer
{
    // Deeper subgraphs than anyone exports.
    private const int MostDepth = 16;

    // A node with more unknown attributes is no node of an operator that anyone knows.
    private const int MostFaultsOfNode = 20;

    // What every node takes for itself, whatever it leaves.
    private const int BytesOfNode = 1 << 16;

    private readonly OnnxGraph _graph;
    private readonly StateInputs _states;
    private readonly GraphInputs _inputs;
    private readonly TraceScope _scope;
    private readonly SessionScope _session;
    private readonly List<ModelFault> _faults = [];
    private readonly HashSet<string> _innocent = [];
    private int _traced;
    private int _depth;

    private GraphTracer(OnnxGraph graph, AxisReading reading, StateInputs states, IReadOnlySet<string> onceGiven, ModelHints hints, bool isWhole)
    {
        graph.File.Budget.Check("when its axes were looked for");
        _graph = graph;
        bool hasTime = reading.HasTime;
        _states = states;
        _inputs = new GraphInputs(graph, reading, states.Names(hasTime), onceGiven, hints);
        _scope = new TraceScope(
            new StepPlanner(isWhole, hasTime ? _inputs.FixedLength : null, _inputs.FixedBatch) { RepeatsAreTime = reading.RepeatsAreTime, Weights = hints.Weights }, graph.File.Opset, hasTime, TraceBody) { Budget = graph.File.Budget };
        _session = new SessionScope(_scope);
    }

    /// <summary>Plans the step of a graph, or its whole sequence where it has no step: tries the assumptions about axes until one holds.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="hints">What the file does not say itself.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ModelLoadException">None holds; the faults of the one that came furthest.</exception>
    public static StepPlan Plan(OnnxGraph graph, ModelHints hints)
    {
        if (TypeCheck.Check(graph) is { Count: > 0 } mixed)
        {
            throw new ModelLoadException(graph.File.Path, mixed);
        }
        StateInputs states = StateInputs.Find(graph, hints);
        StepPlan? ordinary = Plan(graph, states, SessionInputs.Named(hints), hints, out IReadOnlyList<ModelFault> faults);
        if (ordinary is { NotStreamable.Count: 0 } || SessionInputs.Find(graph, states, hints) is not { Count: > 0 } onceGiven)
        {
            return ordinary ?? throw new ModelLoadException(graph.File.Path, faults);
        }
        // Only a graph that does not stream otherwise gets inputs that are given once.
        StepPlan? once = Plan(graph, states, onceGiven, hints, out _);
        return once is { NotStreamable.Count: 0 } ? once : ordinary ?? once ?? throw new ModelLoadException(graph.File.Path, faults);
    }

    // Null where no assumption about axes holds; then the faults of the one that came furthest.
    private static StepPlan? Plan(OnnxGraph graph, StateInputs states, IReadOnlySet<string> onceGiven, ModelHints hints, out IReadOnlyList<ModelFault> faults)
    {
        faults = [];
        Attempt? best = null;
        Attempt? whole = null;
        long before = graph.File.Budget.Bytes;
        // The faults alone: the values of a dozen attempts need not be in memory together.
        var steps = new Dictionary<AxisReading, ModelFault[]>();
        // A node that makes sense under one assumption about axes is not damaged, whatever another makes of it.
        var innocent = new HashSet<string>();
        foreach (AxisReading reading in new AxisFinder(graph, hints).Readings(hasTime => states.Names(hasTime).ToHashSet(), onceGiven))
        {
            var tracer = new GraphTracer(graph, reading, states, onceGiven, hints, isWhole: false);
            if (tracer.Trace() is { } plan)
            {
                return plan;
            }
            innocent.UnionWith(tracer._innocent);
            steps[reading] = [.. tracer._faults.Where(static f => f.Kind == ModelFaultKind.NotStreamable)];
            best = Further(best, tracer);
            graph.File.Budget.ReturnTo(before);
        }
        foreach ((AxisReading reading, ModelFault[] reasons) in steps.Where(static s => s.Value.Length > 0))
        {
            var tracer = new GraphTracer(graph, reading, states, onceGiven, hints, isWhole: true);
            if (tracer.Trace() is { } plan)
            {
                return plan with { NotStreamable = reasons };
            }
            innocent.UnionWith(tracer._innocent);
            whole = Further(whole, tracer);
            graph.File.Budget.ReturnTo(before);
        }
        // What stands in the way of the whole sequence says more than that it does not stream.
        best = whole ?? best;
        faults = best is null ? [] : [.. best.Faults.Select(f => innocent.Contains(f.Node) ? f with { Kind = ModelFaultKind.Unsupported } : f), .. states.Faults];
        return null;
    }

    // The faults of the attempt that came further are reported when none succeeds; its values are not kept.
    private static Attempt Further(Attempt? best, GraphTracer tracer)
    {
        var progress = (tracer._traced, -tracer._faults.Count, tracer._inputs.Plausibility);
        return best is null || progress.CompareTo(best.Progress) > 0 ? new Attempt(progress, [.. tracer._faults]) : best;
    }

    private sealed record Attempt((int Traced, int Faults, int Plausibility) Progress, IReadOnlyList<ModelFault> Faults);

    private StepPlan? Trace()
    {
        foreach ((string name, Tensor tensor) in _graph.Constants)
        {
            _scope.Values[name] = new ConstantValue(tensor);
        }
        StepPlanner work = _scope.Plan;
        HashSet<string> inSlots = _scope.HasTimeAxis ? [] : [.. _states.OfPlainOperators.Select(static l => l.Input)];
        _faults.AddRange(_inputs.Define(_scope, _session, inSlots));
        _faults.AddRange(_states.IntegerFaults);
        if (_faults.Count > 0)
        {
            return null;
        }
        if (!_scope.HasTimeAxis)
        {
            work.BeginRecurrence();
        }
        foreach (NodeProto node in _graph.Nodes)
        {
            TraceNode(node);
        }
        if (_faults.Count == 0 && work.States.Count == 0)
        {
            _faults.Add(new ModelFault("", "", "The graph has no state: no recurrent node, and no input that an output feeds.") { Kind = ModelFaultKind.Unsupported });
        }
        var outputs = new GraphOutputs(_graph, _scope, _inputs, _states);
        _faults.AddRange(outputs.Find());
        if (!_scope.HasTimeAxis)
        {
            work.EndRecurrence([.. _inputs.Slots.Select(static s => s.Slot)]);
        }
        return _faults.Count > 0 ? null : new StepPlan(work, _inputs.Ports, outputs.Ports)
        {
            StatePairs = outputs.Pairs,
            Start = _session.Ports.Count > 0 ? new SessionStart(_session.Scope.Plan, _session.Ports) : null,
        };
    }

    private void TraceNode(NodeProto proto)
    {
        string name = OnnxGraph.NameOf(proto);
        if (OperatorRegistry.Find(proto.Domain, proto.OpType) is not { } op)
        {
            string domain = proto.Domain.Length > 0 ? $" of domain '{proto.Domain}'" : "";
            _faults.Add(new ModelFault(name, proto.OpType, $"the operator{domain} is not supported natively.") { Kind = ModelFaultKind.Unsupported });
            return;
        }
        // What its subgraphs take from around it counts as its input: a value that an earlier fault kept away is no fault of this node.
        if (OnnxGraph.Reads(proto).Any(i => i.Length > 0 && !_scope.Values.ContainsKey(i)))
        {
            return;
        }
        int depth = _scope.Plan.Depth;
        bool isOfSession = _session.Takes(proto);
        LoadBudget budget = _scope.Budget;
        (long counted, long allocated) = (budget.Bytes, GC.GetAllocatedBytesForCurrentThread());
        budget.Check($"at {proto.OpType} '{name}'");
        try
        {
            if (isOfSession)
            {
                _session.Enter(proto);
            }
            var context = new NodeContext(proto, isOfSession ? _session.Scope : _scope);
            StepPlanner plan = isOfSession ? _session.Scope.Plan : _scope.Plan;
            int states = plan.States.Count;
            op.Trace(context);
            IntegerGuard.Check(proto, isOfSession ? _session.Scope : _scope, isRunning: plan.States.Count > states);
            if (isOfSession)
            {
                _session.Leave(proto);
            }
            // Copies of weights that the layers to come hold.
            long more = GC.GetAllocatedBytesForCurrentThread() - allocated - (budget.Bytes - counted);
            budget.Charge(more > BytesOfNode ? more : 0, $"at {proto.OpType} '{name}'");
            foreach (string unread in context.Attributes.Unread.Take(MostFaultsOfNode))
            {
                _faults.Add(new ModelFault(name, proto.OpType, $"the attribute '{unread}' is not known.") { Kind = ModelFaultKind.Unsupported });
            }
            foreach (string output in proto.Output.Where(o => o.Length > 0 && !_scope.Values.ContainsKey(o)))
            {
                _faults.Add(new ModelFault(name, proto.OpType, $"the output '{output}' is not supported.") { Kind = ModelFaultKind.Unsupported });
            }
            _innocent.Add(name);
            _traced++;
        }
        catch (NodeFaultException e)
        {
            _faults.Add(new ModelFault(name, proto.OpType, e.Message) { Kind = e.Kind });
        }
        catch (OverflowException)
        {
            _faults.Add(new ModelFault(name, proto.OpType, "its sizes are too large."));
        }
        catch (Exception e) when (e is not (OutOfMemoryException or LoadLimitException or OperationCanceledException))
        {
            // A server outlives every file: what a check forgot ends the load of this file, not the process.
            _faults.Add(new ModelFault(name, proto.OpType, Unforeseen(e)));
        }
        _scope.Plan.Abandon(depth);
    }

    /// <summary>The reason where a check was forgotten: tests look for it, and users report it.</summary>
    /// <param name="error">What happened instead.</param>
    /// <returns>A sentence.</returns>
    public static string Unforeseen(Exception error) =>
        $"it contradicts itself in a way that no check foresaw ({error.GetType().Name}: {error.Message}); please report it if other tools accept the file.";

    // A subgraph sees the values around it, and its names join them. Its faults are the faults of the node that holds it.
    private void TraceBody(GraphProto body)
    {
        if (++_depth > MostDepth)
        {
            throw NodeFaultException.Wrong($"subgraphs are nested more than {MostDepth} deep.");
        }
        int faults = _faults.Count;
        try
        {
            foreach (TensorProto initializer in body.Initializer)
            {
                var tensor = TensorReader.Read(initializer);
                _scope.Budget.Charge(tensor.Bytes, "when the weights of its subgraphs were read");
                _scope.Values[initializer.Name] = new ConstantValue(tensor);
            }
            foreach (NodeProto node in OnnxGraph.Sort(body, _scope.Values.Keys, _faults))
            {
                TraceNode(node);
            }
        }
        finally
        {
            _depth--;
        }
        if (_faults.Count > faults)
        {
            ModelFault first = _faults[faults];
            throw new NodeFaultException($"its subgraph has {_faults.Count - faults} {(_faults.Count - faults == 1 ? "fault" : "faults")}, named beside this one.", first.Kind);
        }
    }
}
