using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Axes;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Finds out how a graph is stepped: its states by tracing, its axes by tracing and trial runs.</summary>
internal sealed class Planner
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

    // For each output the axis that grows with T, −1 for none; null where the graph does not run longer sequences.
    private int[]? FindTime(IReadOnlyList<OrtTensor> one, int first)
    {
        if (_length is { } length)
            return [.. one.Select((_, n) => Said(n)?.TimeAxis ?? FindLength(n, one, length))];
        // States go in and out: what does not run or grow over more timesteps at once is stepped.
        int[]? grown = null;
        foreach (var more in (int[])[2, 3, 6])
        {
            if (_trials.TryRun(first + more, 1) is not { } outputs || Grown(one, outputs, first, first + more) is not { } axes || (grown is not null && !grown.SequenceEqual(axes)))
                return null;
            grown = axes;
        }
        return grown;
    }

    // A fixed length shows in no other run: the graph tells where its time goes, or a change at the last timestep, which a recurrence keeps there.
    private int FindLength(int output, IReadOnlyList<OrtTensor> one, int length)
    {
        var shape = one[output].Shape;
        if (_finder.TimeOf(_graph.Outputs[output].Name, _inputs) is { } known)
            return known >= 0 && known < shape.Count && shape[known] == length ? known : -1;
        int[] places = [.. Enumerable.Range(0, shape.Count).Where(axis => shape[axis] == length && length > 1)];
        var input = _inputs.Index().First(static i => i.Item.Time >= 0);
        if (places.Length > 0 && _trials.TryRun(_trials.InputsWithChange(length, 1, input.Index, input.Item.Time, length - 1)) is { } changed)
        {
            int[] shown = [.. places.Where(axis => AxisProbe.Differs(one[output], changed[output], axis, length - 1))];
            if (shown.Length == 1)
                return shown[0];
        }
        return places.Length == 1 && shape.Count > 2 ? places[0] : -1;
    }

    private int[]? FindBatch(IReadOnlyList<OrtTensor> one, int first)
    {
        if (!_inputs.All(static i => i.Roles.Index().Any(r => r.Item == 'B' && i.Lengths[r.Index] < 0)))
            return null;
        try
        {
            var grown = Grown(one, _trials.Run(first, 3), 1, 3);
            return grown is not null && grown.All(static axis => axis >= 0) ? grown : null;
        }
        catch (ModelLoadException)
        {
            return null;
        }
    }

    private static int[]? Grown(IReadOnlyList<OrtTensor> small, IReadOnlyList<OrtTensor> large, int from, int to)
    {
        var grown = new int[small.Count];
        for (var n = 0; n < grown.Length; n++)
        {
            var (before, after) = (small[n].Shape, large[n].Shape);
            if (before.Count != after.Count)
                return null;
            int[] changed = [.. Enumerable.Range(0, before.Count).Where(axis => before[axis] != after[axis])];
            if (changed.Length > 1 || changed.Any(axis => before[axis] != from || after[axis] != to))
                return null;
            grown[n] = changed.Length == 1 ? changed[0] : -1;
        }
        return grown;
    }

    private int NamedBatch(int output)
    {
        if (Said(output)?.BatchAxis is { } said)
            return said;
        var shape = DeclaredShape.Of(_graph.Outputs[output]);
        HashSet<string> names = [.. _graph.Inputs.Select(DeclaredShape.Of).SelectMany((s, n) => _inputs[n].Roles.Index().Where(static r => r.Item == 'B').Select(r => s.NameOf(r.Index))).Where(static n => n.Length > 0)];
        return Enumerable.Range(0, shape.Rank ?? 0).FirstOrDefault(axis => names.Contains(shape.NameOf(axis)), -1);
    }

    private void CheckSaid(PlanTensor[] outputs)
    {
        List<ModelFault> faults = [];
        for (var n = 0; n < outputs.Length; n++)
        {
            var (name, said, shape) = (outputs[n].Name, Said(n), outputs[n].Shape);
            if (said?.TimeAxis is { } time && time != outputs[n].Time)
                faults.Add(new ModelFault("", "", $"The time_axis of '{name}' is given as {time}, but trial runs show {(outputs[n].Time < 0 ? "none" : $"it on axis {outputs[n].Time}")}."));
            if (said?.BatchAxis is { } batch && (batch != outputs[n].Batch || shape[batch] != 1))
                faults.Add(new ModelFault("", "", $"The batch_axis of '{name}' is given as {batch}, but trial runs show the shape [{string.Join(", ", shape)}] for one session."));
        }
        if (faults.Count > 0)
            throw new ModelLoadException(_graph.File.Path, faults);
    }

    private List<StateSlot> FindStates(PlanTensor[] inputs, PlanTensor[] outputs)
    {
        var states = new List<StateSlot>();
        var faults = new List<ModelFault>();
        var offset = 0;
        foreach (var link in _pairing.Links)
        {
            var into = Array.FindIndex(inputs, i => i.Name == link.Input);
            var from = Array.FindIndex(outputs, o => o.Name == link.Output);
            int size = inputs[into].Size;
            var isInteger = ElementTypeNames.IsInteger(inputs[into].ElementType);
            var lengths = outputs[from].Shape.Select((n, axis) => axis == link.Piece?.Axis ? link.Piece.Length : n).ToArray();
            if (outputs[from].Time >= 0)
                faults.Add(new ModelFault("", "", $"The output '{link.Output}' grows with the sequence and cannot be the next value of '{link.Input}'."));
            else if (lengths.Aggregate(1, static (product, n) => product * n) != size)
                faults.Add(new ModelFault("", "", $"The output '{link.Output}' has shape [{string.Join(", ", outputs[from].Shape)}] after a step and cannot be the next value of '{link.Input}' of shape [{string.Join(", ", inputs[into].Shape)}]."));
            states.Add(new StateSlot(link.Input, inputs[into].ElementType, inputs[into].StepShape, new Slot(offset, size, into), new Slot(offset, size, from, link.Piece), IsFromInput: false));
            offset += isInteger ? size * IntegerWords.PerInteger : size;
        }
        if (_hints.FrameContext > 0 && faults.Count == 0)
            AddContext(states, inputs, offset, faults);
        return faults.Count == 0 ? states : throw new ModelLoadException(_graph.File.Path, faults);
    }

    private void AddContext(List<StateSlot> states, PlanTensor[] inputs, int offset, List<ModelFault> faults)
    {
        int[] framed = [.. Enumerable.Range(0, inputs.Length).Where(n => !IsState(inputs[n].Name) && inputs[n].ElementType.StartsWith("float", StringComparison.Ordinal))];
        if (framed.Length != 1)
        {
            faults.Add(new ModelFault("", "", $"frame_context needs exactly one floating-point input beside the states, but the graph has {framed.Length}."));
            return;
        }
        var input = inputs[framed[0]];
        var last = input.Shape.Length - 1;
        if (last < 0 || last == input.Time || last == input.Batch || input.Shape[last] <= _hints.FrameContext)
        {
            faults.Add(new ModelFault("", "", $"frame_context is {_hints.FrameContext}, but the input '{input.Name}' is {input.Axes}; expected more samples than that on its last axis."));
            return;
        }
        int rest = input.Size / input.Shape[last];
        var size = rest * _hints.FrameContext;
        states.Add(new StateSlot(
            $"{input.Name}.context",
            input.ElementType,
            [.. input.StepShape.SkipLast(1), _hints.FrameContext],
            new Slot(offset, size, framed[0], new StatePiece(last, 0, _hints.FrameContext, false)),
            new Slot(offset, size, framed[0], new StatePiece(last, input.Shape[last] - _hints.FrameContext, _hints.FrameContext, false)),
            IsFromInput: true));
    }

    private List<Slot> FindX(PlanTensor[] inputs)
    {
        var slots = new List<Slot>();
        var offset = 0;
        for (var n = 0; n < inputs.Length; n++)
        {
            if (IsState(inputs[n].Name) || _onceGiven.Contains(inputs[n].Name))
                continue;
            var isFramed = _hints.FrameContext > 0 && inputs[n].ElementType.StartsWith("float", StringComparison.Ordinal);
            var last = inputs[n].Shape.Length - 1;
            var piece = isFramed ? new StatePiece(last, _hints.FrameContext, inputs[n].Shape[last] - _hints.FrameContext, false) : null;
            var size = piece is null ? inputs[n].Size : inputs[n].Size / inputs[n].Shape[last] * piece.Length;
            slots.Add(new Slot(offset, size, n, piece));
            offset += size;
        }
        return PlaceIntegers(slots, inputs);
    }

    // Behind the floats of a row: what these cannot hold.
    private static List<Slot> PlaceIntegers(List<Slot> slots, PlanTensor[] tensors)
    {
        var words = slots.Sum(static s => s.Size);
        for (var n = 0; n < slots.Count; n++)
        {
            if (tensors[slots[n].Tensor].ElementType is not ("int64" or "int32"))
                continue;
            slots[n] = slots[n] with { Exact = words };
            words = checked(words + (slots[n].Size * IntegerWords.PerInteger));
        }
        return slots;
    }

    private List<Slot> FindY(PlanTensor[] outputs)
    {
        var slots = new List<Slot>();
        var offset = 0;
        // A graph that gives nothing but its states gives them to the caller, too.
        var statesOnly = outputs.All(o => _pairing.Links.Any(l => l.Output == o.Name));
        for (var n = 0; n < outputs.Length; n++)
        {
            if ((!statesOnly && _pairing.Links.Any(l => l.Output == outputs[n].Name)) || outputs[n].IsOpen)
                continue;
            slots.Add(new Slot(offset, outputs[n].Size, n));
            offset += outputs[n].Size;
        }
        return PlaceIntegers(slots, outputs);
    }

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
