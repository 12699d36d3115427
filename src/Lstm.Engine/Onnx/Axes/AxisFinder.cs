using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Axes;

/// <summary>
/// Finds time and batch among the axes of the inputs, for both backends. Facts come first (model.json, what operators take an axis for, open axes of
/// states), then names; where they leave something open, the usual places are guessed. The native tracer proves one of the readings, ONNX Runtime tries them out.
/// </summary>
internal sealed class AxisFinder
{
    private readonly OnnxGraph _graph;
    private readonly IReadOnlyDictionary<string, TensorLayout> _layouts;
    private readonly DeclaredShape[] _shapes;
    private readonly AxisFlow _trails;
    private readonly IReadOnlyDictionary<(string Input, int Axis), AxisEvidence> _flow;

    /// <summary>Follows the axes through the graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="hints">What model.json says.</param>
    /// <exception cref="ModelLoadException">What it says does not fit the graph.</exception>
    public AxisFinder(OnnxGraph graph, ModelHints hints)
    {
        (_graph, _layouts) = (graph, hints.Layouts);
        _shapes = [.. graph.Inputs.Select(DeclaredShape.Of)];
        _trails = AxisFlow.Follow(graph, hints.Layouts);
        _flow = _trails.Found;
        ModelFault[] faults = [.. LayoutCheck.Find(graph, hints.Layouts, _flow)];
        if (faults.Length > 0)
        {
            throw new ModelLoadException(graph.File.Path, faults);
        }
    }

    /// <summary>The readings that may hold, the commonest first.</summary>
    /// <param name="states">Names of the state inputs, in a graph over time and in one that does one step a run; the latter are asked for last.</param>
    /// <param name="onceGiven">Names of the inputs that are given once, when a session opens; they have no time.</param>
    /// <returns>The readings, each once.</returns>
    public IEnumerable<AxisReading> Readings(Func<bool, IReadOnlySet<string>> states, IReadOnlySet<string> onceGiven)
    {
        bool repeats = _graph.Nodes.Any(static n => n.OpType is "Tile" or "Expand");
        var seen = new HashSet<string>();
        foreach (AxisReading reading in AxisGuess.OverTime(repeats).Select(g => Read(g, states(true), onceGiven)).Append(ReadFacts(states(true), onceGiven)).OfType<AxisReading>())
        {
            if (seen.Add(reading.Key))
            {
                yield return reading;
            }
        }
        if (states(false).Count == 0 || _layouts.Values.Any(static l => l.TimeAxis is not null))
        {
            yield break;
        }
        foreach (AxisReading reading in AxisGuess.OneStep().Select(g => Read(g, states(false), onceGiven)))
        {
            if (seen.Add(reading.Key))
            {
                yield return reading;
            }
        }
    }

    /// <summary>What facts and names tell, input by input.</summary>
    /// <param name="states">Names of the state inputs.</param>
    /// <returns>The inputs; roles that nothing tells are '?'.</returns>
    public IReadOnlyList<InputAxes> Facts(IReadOnlySet<string> states)
    {
        InputAxes[] inputs = [.. _graph.Inputs.Zip(_shapes, (input, shape) => FactsOf(input.Name, shape, states.Contains(input.Name)))];
        // One name is one axis, wherever it is.
        var byName = new Dictionary<string, char>();
        foreach ((InputAxes input, DeclaredShape shape) in inputs.Zip(_shapes))
        {
            foreach ((int axis, char role) in input.Roles.Index().Where(r => r.Item is 'T' or 'B' && shape.NameOf(r.Index).Length > 0))
            {
                byName.TryAdd(shape.NameOf(axis), role);
            }
        }
        foreach ((InputAxes input, DeclaredShape shape) in inputs.Zip(_shapes))
        {
            foreach (int axis in input.Unknown.ToArray())
            {
                char role = byName.TryGetValue(shape.NameOf(axis), out char shared) ? shared : '?';
                (input.Roles[axis], input.Certain[axis]) = (role, role != '?');
            }
            foreach (int axis in input.Unknown.ToArray())
            {
                char role = AxisNames.RoleOf(shape.NameOf(axis));
                input.Roles[axis] = input.Roles.Contains(role) ? '?' : role;
            }
        }
        return inputs;
    }

    /// <summary>Fixed axes that a window of timesteps may lie along, the likeliest first; for graphs without an open axis of time.</summary>
    /// <param name="input">The input.</param>
    /// <returns>The axes.</returns>
    public IReadOnlyList<int> WindowAxes(InputAxes input)
    {
        int[] free = [.. Enumerable.Range(0, input.Roles.Length).Where(axis => input.Roles[axis] == ' ' && input.Lengths[axis] > 1)];
        int[] taken = [.. free.Where(axis => _flow.TryGetValue((input.Name, axis), out AxisEvidence e) && e.Role == 'T')];
        // What meets weights is an axis of values, and so is the last axis of several, unless it is all that is left.
        int[] others = [.. free.Where(axis => !_flow.TryGetValue((input.Name, axis), out AxisEvidence e) || e.Role != ' ')];
        int[] beforeLast = [.. others.Where(axis => axis < input.Roles.Length - 1)];
        return taken.Length > 0 ? taken : input.Roles.Length < 3 ? [] : beforeLast.Length > 0 ? beforeLast : others;
    }

    /// <summary>The axis of an output that an input's axis of time has become.</summary>
    /// <param name="output">The output's name.</param>
    /// <param name="inputs">The inputs, settled.</param>
    /// <returns>The axis, −1 for none, null where the trail ended before the output.</returns>
    public int? TimeOf(string output, IReadOnlyList<InputAxes> inputs) => _trails.Of(output) is not { } axes ? null
        : axes.Index().Where(a => inputs.Any(i => i.Name == a.Item.Input && i.Time == a.Item.Axis)).Select(static a => a.Index).DefaultIfEmpty(-1).First();

    private InputAxes FactsOf(string name, DeclaredShape shape, bool isState)
    {
        TensorLayout? said = _layouts.GetValueOrDefault(name);
        int rank = shape.Rank ?? 0;
        var axes = new InputAxes(name, [.. Enumerable.Range(0, rank).Select(axis => shape.Length(axis) ?? -1)], [.. Enumerable.Repeat(' ', rank)], [.. Enumerable.Repeat(true, rank)]);
        for (int axis = 0; axis < rank; axis++)
        {
            AxisEvidence taken = _flow.GetValueOrDefault((name, axis));
            bool isOpen = axes.Lengths[axis] < 0;
            (axes.Roles[axis], axes.Certain[axis]) =
                axis == said?.TimeAxis ? ('T', true)
                : axis == said?.BatchAxis && axes.Lengths[axis] is 1 or < 0 ? ('B', true)
                : isOpen && said?.Shape is { } given && given[axis] > 1 ? (' ', true)
                // A state has no time; its open axes are there for the batch.
                : isState ? (isOpen || (taken.Role == 'B' && axes.Lengths[axis] == 1) ? 'B' : ' ', true)
                : taken.Role == 'T' && said?.TimeAxis is null && (isOpen || !taken.IsGuess) ? ('T', true)
                : taken.Role == 'B' && said?.BatchAxis is null && axes.Lengths[axis] is 1 or < 0 ? ('B', true)
                : isOpen && taken.Role == ' ' && taken.Length > 0 ? (' ', true)
                : isOpen && said?.Shape is not null ? (' ', true)
                : (isOpen ? '?' : ' ', !isOpen);
            if (axes.Roles[axis] == ' ' && isOpen)
            {
                axes.Lengths[axis] = LengthOf(name, axis, said);
            }
        }
        return axes;
    }

    private int LengthOf(string name, int axis, TensorLayout? said) =>
        said?.Shape?[axis] ?? (_flow.TryGetValue((name, axis), out AxisEvidence taken) && taken is { Role: ' ', Length: > 0 } ? taken.Length : -1);

    private AxisReading? ReadFacts(IReadOnlySet<string> states, IReadOnlySet<string> onceGiven)
    {
        IReadOnlyList<InputAxes> inputs = Facts(states);
        return inputs.Any(static i => i.Unknown.Any()) || !inputs.Any(static i => i.Time >= 0) ? null : new AxisReading(inputs, true)
        {
            Leading = inputs.Where(i => !states.Contains(i.Name) && !onceGiven.Contains(i.Name)).MaxBy(static i => i.Roles.Length),
        };
    }

    // By its name where the file names an axis, by its place otherwise; what model.json says goes before.
    private AxisReading Read(AxisGuess guess, IReadOnlySet<string> states, IReadOnlySet<string> onceGiven)
    {
        int leading = Enumerable.Range(0, _shapes.Length).Where(n => !states.Contains(_graph.Inputs[n].Name) && !onceGiven.Contains(_graph.Inputs[n].Name)).DefaultIfEmpty(-1).MaxBy(n => n < 0 ? -1 : _shapes[n].Rank ?? 0);
        int rank = leading < 0 ? 0 : _shapes[leading].Rank ?? 0;
        string timeName = leading < 0 ? "" : NameAt(_shapes[leading], guess.Time);
        string batchName = leading < 0 ? "" : NameAt(_shapes[leading], guess.Batch);
        InputAxes[] inputs = [.. _graph.Inputs.Zip(_shapes, (input, shape) => Read(input, shape, states.Contains(input.Name)))];
        return new AxisReading(inputs, guess.Time >= 0) { RepeatsAreTime = guess.RepeatsAreTime, Leading = leading < 0 ? null : inputs[leading] };

        InputAxes Read(ValueInfoProto input, DeclaredShape shape, bool isState)
        {
            int own = shape.Rank ?? 0;
            bool isOnce = onceGiven.Contains(input.Name);
            bool isLow = !isState && own < rank && (!guess.LowRankHasTime || isOnce);
            bool HasName(string name) => name.Length > 0 && Enumerable.Range(0, own).Any(axis => shape.NameOf(axis) == name);
            // An axis that goes by its name is not looked for at its place. Without a batch in x there is none in the states either.
            int time = isState || isLow || isOnce || HasName(timeName) ? -1 : guess.Time;
            int batch = HasName(batchName) ? -1 : isState || (isOnce && !isLow) ? (guess.Batch < rank ? guess.StateBatch : -1) : isLow ? Math.Min(guess.Batch, 0) : guess.Batch;
            var axes = new InputAxes(input.Name, new int[own], new char[own], new bool[own]);
            TensorLayout? said = _layouts.GetValueOrDefault(input.Name);
            for (int axis = 0; axis < own; axis++)
            {
                string name = shape.NameOf(axis);
                char role = name.Length > 0 && name == timeName ? 'T' : name.Length > 0 && name == batchName ? 'B' : axis == time ? 'T' : axis == batch ? 'B' : ' ';
                axes.Lengths[axis] = shape.Length(axis) ?? -1;
                axes.Roles[axis] = axis == said?.TimeAxis ? 'T' : axis == said?.BatchAxis ? 'B'
                    : (role == 'T' && said?.TimeAxis is not null) || (role == 'B' && said?.BatchAxis is not null) || (axes.Lengths[axis] < 0 && said?.Shape is { } given && given[axis] > 1) ? ' '
                    : role;
                if (axes.Roles[axis] == ' ' && axes.Lengths[axis] < 0)
                {
                    axes.Lengths[axis] = LengthOf(input.Name, axis, said);
                }
            }
            return axes;
        }
    }

    private static string NameAt(DeclaredShape shape, int axis) => axis >= 0 && axis < shape.Rank ? shape.NameOf(axis) : "";
}
