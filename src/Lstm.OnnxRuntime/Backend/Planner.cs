using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Axes;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Finds out how a graph is stepped: its states by tracing, its axes by tracing and trial runs.</summary>
internal sealed partial class Planner
{
    // Further trials where a reading is in doubt.
    private const int Doubts = 10;

    private readonly OnnxGraph _graph;
    private readonly OrtOptions _options;
    private readonly ModelHints _hints;
    private readonly StatePairing _pairing;
    private readonly IReadOnlyList<InputAxes> _inputs;
    private readonly Trials _trials;
    private readonly AxisFinder _finder;
    private readonly OrtModel _model;
    private readonly int? _length;
    private readonly IReadOnlySet<string> _onceGiven;

    private Planner(OnnxGraph graph, OrtModel model, OrtOptions options, ModelHints hints, IReadOnlySet<string> onceGiven)
    {
        (_graph, _model, _options, _hints, _onceGiven) = (graph, model, options, hints, onceGiven);
        _pairing = StatePairing.Find(graph, hints.StatePairs);
        if (_pairing.Ambiguity is { } ambiguity)
            throw Fault(ambiguity);
        RefuseTypes();
        HashSet<string> states = [.. _pairing.Links.Select(static l => l.Input)];
        var axes = new AxisChoice(graph, hints, states, onceGiven);
        if (Selectors.Find(graph, states, hints.Layouts) is { Count: > 0 } faults)
            throw new ModelLoadException(graph.File.Path, faults);
        _inputs = axes.Settle(model, hints.Layouts);
        _finder = axes.Finder;
        _length = HasStates ? null : _inputs.SelectMany(static i => i.Roles.Zip(i.Lengths)).Where(static a => a is { First: 'T', Second: >= 0 }).Select(static a => (int?)a.Second).FirstOrDefault();
        _trials = new Trials(model, _inputs, hints.Layouts, graph.File.Budget);
    }

    /// <summary>Finds out how a graph is stepped.</summary>
    /// <param name="graph">The graph, checked.</param>
    /// <param name="model">The graph in ONNX Runtime.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="hints">What the file does not say itself.</param>
    /// <param name="notNative">Why the graph does not run natively: why its state is not found when it starts inside.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ModelLoadException">What was said does not fit the graph, its axes cannot be told, or a trial run fails or does not give what was expected.</exception>
    public static Plan Plan(OnnxGraph graph, OrtModel model, OrtOptions options, ModelHints hints, IReadOnlyList<ModelFault> notNative)
    {
        var states = StatePairing.Find(graph, hints.StatePairs).Links.Select(static l => l.Input).ToHashSet();
        var readings = states.Count == 0 ? [] : OnceGiven.Readings(graph, states, hints);
        Plan? plan = null;
        ModelLoadException? fault = null;
        var isSure = false;
        try
        {
            var planner = new Planner(graph, model, options, hints, OnceGiven.Named(hints));
            plan = planner.Make(notNative);
            isSure = readings.Count == 0 || planner.IsSure(plan);
        }
        catch (ModelLoadException error)
        {
            fault = error;
        }
        if (!isSure && FindOnceGiven(graph, model, options, hints, notNative, readings) is { } once)
            return once;
        return plan ?? throw fault!; // one of both is there
    }

    // Whether an open axis is time beyond doubt: a single trial may give the same by chance, where attention looks at one place.
    private bool IsSure(Plan plan)
    {
        if (plan.NotStreamable.Count > 0 || !plan.RunsSequences)
            return false;
        for (_trials.Seed = 2; _trials.Seed <= Doubts; _trials.Seed++)
        {
            if (new Causality(_graph, _trials, plan).Check().Count > 0)
                return false;
        }
        return true;
    }

    // Only a graph that does not step otherwise gets inputs that are given once; of several readings that step none is better.
    private static Plan? FindOnceGiven(
        OnnxGraph graph, OrtModel model, OrtOptions options, ModelHints hints, IReadOnlyList<ModelFault> notNative, IReadOnlyList<IReadOnlySet<string>> readings)
    {
        var found = new List<Plan>();
        foreach (var reading in readings)
        {
            try
            {
                var planner = new Planner(graph, model, options, hints, reading);
                if (planner.Make(notNative) is { NotStreamable.Count: 0 } plan && plan.Y.Count > 0 && plan.OnceGiven.All(n => plan.Inputs[n].IsOpen || hints.Given.ContainsKey(plan.Inputs[n].Name)) && !planner.GivenIsTime())
                    found.Add(plan);
            }
            catch (ModelLoadException)
            {
                // Not this one.
            }
        }
        return found.Count == 1 ? found[0] : null;
    }

    private bool GivenIsTime() => OnceGiven.IsTime(_graph, sequences =>
    {
        using var model = OrtModel.LoadWith(_graph.File, sequences);
        var trials = new Trials(model, _inputs, _hints.Layouts, _graph.File.Budget);
        return (Sequences(trials.Run(1, 1)), Sequences(trials.RunWithMore(1)));

        IReadOnlyList<long[]> Sequences(IReadOnlyList<OrtTensor> outputs) => [.. outputs.Skip(_graph.Outputs.Count).Select(static o => o.Shape.ToArray())];
    });

    private bool HasStates => _pairing.Links.Count > 0;

    private Plan Make(IReadOnlyList<ModelFault> notNative)
    {
        var hasTime = _inputs.Any(static i => i.Time >= 0);
        // Without time and states a run is a window: one timestep of all that goes in.
        var isWindow = !HasStates && !hasTime;
        if (isWindow && !IsRecurrent())
            throw Fault("The graph has no state that goes in and out, and no time axis was found among its inputs; name it in model.json: time_axis.");
        var lengths = !HasStates && hasTime && _length is null ? LengthTrials.Find(_trials, _graph.File.Path) : null;
        var first = lengths?.Length ?? (HasStates ? 1 : _length ?? 1);
        var outputs = lengths?.Outputs ?? _trials.Run(first, 1);
        var time = lengths is not null ? lengths.Time : hasTime ? FindTime(outputs, first) : isWindow ? [.. outputs.Select(static _ => -1)] : null;
        var batch = _options.AllowBatching ? FindBatch(outputs, first) : null;
        PlanTensor[] planInputs = [.. _inputs.Select((i, n) => new PlanTensor(i.Name, _model.Inputs[n].ElementType, i.StepShape, i.Time, i.Batch) { AxisNames = NamesOf(_graph.Inputs[n]) })];
        var more = planInputs.Any(static i => i.IsOpen) ? _trials.RunWithMore(first) : outputs;
        PlanTensor[] planOutputs = [.. _graph.Outputs.Select((o, n) => new PlanTensor(o.Name, _model.Outputs[n].ElementType, Shape(outputs[n], more[n], time?[n] ?? -1), time?[n] ?? -1, batch?[n] ?? NamedBatch(n)))];
        CheckSaid(planOutputs);
        var states = FindStates(planInputs, planOutputs);
        var plan = new Plan
        {
            Inputs = planInputs,
            Outputs = planOutputs,
            X = FindX(planInputs),
            Y = FindY(planOutputs),
            States = states,
            OnceGiven = [.. planInputs.Index().Where(i => _onceGiven.Contains(i.Item.Name)).Select(static i => i.Index)],
            Links = _pairing.Links,
            Remarks = [.. planOutputs.Where(static o => o.IsOpen).Select(static o => new ModelFault("", "", $"The output '{o.Name}' is left out: it is as long as what the session was given when it opened. With a shape for that input in model.json the length is fixed, and the output is there."))],
            RunsSequences = time is not null && _hints.FrameContext == 0 && (_length is not null || _inputs.All(static i => i.Roles.Zip(i.Lengths).All(static a => a.First != 'T' || a.Second < 0))),
            CanBatch = batch is not null && _onceGiven.Count == 0 && _pairing.Links.All(static l => l.Piece is null) && planInputs.All(static i => i.Batch >= 0),
            SequenceLength = isWindow ? 1 : _length,
            ShortestSequence = lengths?.Shortest ?? 1,
        };
        plan = plan with { NotStreamable = HasStates ? new Causality(_graph, _trials, plan).Check() : WhyNotStreamable(notNative) };
        return plan is { NotStreamable.Count: 0, RunsSequences: true } && Causality.QuantizesPerRun(_graph)
            ? plan with { RunsDiffer = true, Remarks = [.. plan.Remarks, new ModelFault("", "", "It is quantised to 8 bits with a scale that every run chooses from its values: a session runs one timestep at a time, a prediction the whole sequence at once, and the two differ by that rounding.")] }
            : plan;
    }

    private void RefuseTypes()
    {
        List<ModelFault> faults = [];
        foreach (var (port, role) in _model.Inputs.Select(static i => (i, "input")).Concat(_model.Outputs.Select(static o => (o, "output"))))
        {
            if (!TensorBuffer.Types.Contains(port.ElementType))
                faults.Add(new ModelFault("", "", $"The {role} '{port.Name}' is of type {port.ElementType}; expected one of {string.Join(", ", TensorBuffer.Types)}."));
        }
        if (faults.Count > 0)
            throw new ModelLoadException(_graph.File.Path, faults);
    }

    // Anything else is no recurrent network, or its time was not found.
    private bool IsRecurrent() => _inputs.All(static i => i.Roles.Index().All(r => r.Item == 'B' || i.Lengths[r.Index] >= 0));

    private ModelFault[] WhyNotStreamable(IReadOnlyList<ModelFault> notNative)
    {
        const string Export = " Quantise an export whose states go in and out (x, h0, c0 → y, hn, cn), and it streams.";
        const string inside = "the graph has no state inputs, so its state starts inside, and the native engine, which would find it there, cannot follow this operator.";
        ModelFault[] operators = [.. notNative.Where(static f => f.Operator.Length > 0).Select(f => f with { Reason = Causality.QuantizesPerRun(_graph) ? inside + Export : inside })];
        return operators.Length > 0 ? operators : [new ModelFault("", "", "The graph has no state inputs: every run starts anew inside the graph.")];
    }

    private bool IsState(string input) => _pairing.Links.Any(l => l.Input == input);

    private TensorLayout? Said(int output) => _hints.Layouts.GetValueOrDefault(_graph.Outputs[output].Name);

    // An axis that grows with what a session is given has no length of its own.
    private static int[] Shape(OrtTensor tensor, OrtTensor more, int time) =>
        [.. tensor.Shape.Select((n, axis) => axis == time ? 1 : axis < more.Shape.Count && more.Shape[axis] != n ? 0 : (int)n)];

    private static string[] NamesOf(ValueInfoProto input)
    {
        var shape = DeclaredShape.Of(input);
        return [.. Enumerable.Range(0, shape.Rank ?? 0).Select(shape.NameOf)];
    }

    private ModelLoadException Fault(string reason) => new(_graph.File.Path, [new ModelFault("", "", reason)]);
}
