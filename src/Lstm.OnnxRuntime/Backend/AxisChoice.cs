using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Axes;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Settles what each axis of the inputs is: what facts leave open or names only guess, trial runs decide; what they leave open is refused.</summary>
internal sealed class AxisChoice
{
    private readonly OnnxGraph _graph;
    private readonly AxisFinder _finder;
    private readonly InputAxes[] _inputs;
    private readonly IReadOnlySet<string> _states;

    /// <summary>Prepares the choice.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="hints">What model.json says.</param>
    /// <param name="states">Names of the state inputs.</param>
    /// <param name="onceGiven">Names of the inputs that are given once a session: their open axes are neither time nor, but for one, the batch.</param>
    /// <exception cref="ModelLoadException">An input has no shape, or what model.json says does not fit the graph.</exception>
    public AxisChoice(OnnxGraph graph, ModelHints hints, IReadOnlySet<string> states, IReadOnlySet<string> onceGiven)
    {
        ModelFault[] faults = [.. graph.Inputs.Where(static i => i.Type?.TensorType?.Shape is null)
            .Select(static i => new ModelFault("", "", $"The input '{i.Name}' has no shape; expected a tensor with a known number of axes."))];
        if (faults.Length > 0)
            throw new ModelLoadException(graph.File.Path, faults);
        (_graph, _states) = (graph, states);
        _finder = new AxisFinder(graph, hints);
        _inputs = [.. _finder.Facts(states)];
        foreach (var input in _inputs.Where(i => onceGiven.Contains(i.Name)))
            Free(input);
    }

    /// <summary>Knows what axes of outputs are made of.</summary>
    public AxisFinder Finder => _finder;

    private bool HasStates => _states.Count > 0;

    /// <summary>Chooses.</summary>
    /// <param name="model">The graph in ONNX Runtime.</param>
    /// <param name="layouts">What model.json says.</param>
    /// <returns>The inputs; none of their axes is unknown.</returns>
    /// <exception cref="ModelLoadException">More than one reading is left; the message has the lines of model.json for each.</exception>
    public IReadOnlyList<InputAxes> Settle(OrtModel model, IReadOnlyDictionary<string, TensorLayout> layouts)
    {
        // In a step of a graph that has its states outside, a fixed number of timesteps is an axis of values.
        foreach (var input in _inputs.Where(i => HasStates && i.Time >= 0 && i.Lengths[i.Time] > 1))
            input.Roles[input.Time] = ' ';
        if (_inputs.Any(static i => i.Certain.Contains(false)))
            Probe(new AxisProbe(model, _inputs, layouts, _graph.File.Budget));
        List<ModelFault> faults = [];
        foreach (var input in _inputs)
        {
            int[] unknown = [.. input.Unknown];
            if (unknown.Length == 1 && input.Time < 0 && (HasStates || input.Batch >= 0))
                input.Roles[unknown[0]] = 'T';
            else if (unknown.Length == 1 && input.Batch < 0 && input.Time >= 0)
                input.Roles[unknown[0]] = 'B';
            else if (unknown is [0] && input.Roles.Length > 2 && !input.Lengths.Contains(1))
                input.Roles[0] = 'B'; // the only open axis of a window
            else if (unknown.Length > 0)
                faults.Add(new ModelFault("", "", Unclear(input, unknown)));
        }
        if (faults.Count == 0 && !HasStates && _inputs.All(static i => i.Time < 0))
            faults.AddRange(FindWindow());
        return faults.Count == 0 ? _inputs : throw new ModelLoadException(_graph.File.Path, faults);
    }

    // What is given once has no time: its open axes have the length of what the session was given.
    private static void Free(InputAxes input)
    {
        int[] open = [.. input.Roles.Index().Where(r => input.Lengths[r.Index] < 0 && r.Item != 'B').Select(static r => r.Index)];
        for (var n = 0; n < open.Length; n++)
        {
            input.Roles[open[n]] = n == 0 && open.Length > 1 && input.Roles[open[n]] == '?' && input.Batch < 0 ? 'B' : 'S';
            input.Certain[open[n]] = true;
        }
    }

    private void Probe(AxisProbe probe)
    {
        // What trial runs show goes before names.
        var guessed = _inputs.Select(static i => i.Copy()).ToArray();
        // What is called time and shows nothing of it is the batch of a window.
        var isWindow = !HasStates && !_inputs.Any(static i => i.Time >= 0 && i.Certain[i.Time]) && _inputs.Any(i => _finder.WindowAxes(i).Count > 0);
        for (var n = 0; n < _inputs.Length; n++)
        {
            var input = _inputs[n];
            int[] unsure = [.. Enumerable.Range(0, input.Roles.Length).Where(axis => !input.Certain[axis])];
            var shown = unsure.ToDictionary(static axis => axis, axis => probe.RoleOf(n, axis));
            foreach (var axis in unsure)
                input.Roles[axis] = '?';
            // Places of a batch know nothing of each other; places in time may or may not.
            Take(input, 'T', [.. unsure.Where(axis => shown[axis] == 'T')], guessed[n]);
            foreach (var role in isWindow ? (char[])['B'] : ['T', 'B'])
            {
                foreach (var axis in input.Unknown.Where(axis => guessed[n].Roles[axis] == role && (role == 'T' || shown[axis] != 'T')).ToArray())
                    Take(input, role, [axis], guessed[n]);
            }
            Take(input, 'B', [.. input.Unknown.Where(axis => shown[axis] == 'B')], guessed[n]);
        }
    }

    // Of several places the one that is named so, if there is one.
    private static void Take(InputAxes input, char role, int[] places, InputAxes guessed)
    {
        var place = places.Length == 1 ? places[0] : places.Where(axis => guessed.Roles[axis] == role).DefaultIfEmpty(-1).First();
        if (place >= 0 && !input.Roles.Contains(role))
            input.Roles[place] = role;
    }

    // Nothing is open but the batch: the file is made for a window of timesteps, which lie along a fixed axis, or are flattened into one.
    private IEnumerable<ModelFault> FindWindow()
    {
        var leading = _inputs.MaxBy(static i => i.Roles.Length);
        if (leading is null)
            yield break;
        var axes = _finder.WindowAxes(leading);
        if (axes.Count > 1)
        {
            var lines = axes.Select(axis => Line(leading, $"\"time_axis\": {axis}"));
            yield return new ModelFault("", "", $"The input '{leading.Name}' is a window {leading.Description} of which nothing but the batch is open, and any of the axes {string.Join(", ", axes)} may be time. Say it in model.json: {string.Join(" or ", lines)}.");
        }
        else if (axes.Count == 1)
        {
            var length = leading.Lengths[axes[0]];
            leading.Roles[axes[0]] = 'T';
            foreach (var other in _inputs.Where(i => i != leading))
            {
                int[] places = [.. _finder.WindowAxes(other).Where(axis => other.Lengths[axis] == length)];
                if (places.Length == 1)
                    other.Roles[places[0]] = 'T';
            }
        }
    }

    private static string Unclear(InputAxes input, int[] unknown)
    {
        var what = unknown.Length == 1 ? $"The axis {unknown[0]} of the input '{input.Name}' is open" : $"The axes {string.Join(", ", unknown)} of the input '{input.Name}' are open";
        IEnumerable<string> readings = unknown switch
        {
            [var only] => [Reading(input, unknown, input.Time < 0 ? only : -1, input.Time < 0 ? -1 : only), .. input.Batch < 0 && input.Time < 0 ? [Reading(input, unknown, -1, only)] : Array.Empty<string>()],
            _ when input.Time >= 0 => unknown.Select(b => Reading(input, unknown, -1, b)),
            _ when input.Batch >= 0 => unknown.Select(t => Reading(input, unknown, t, -1)),
            _ => unknown.SelectMany(t => unknown.Where(b => b != t).Select(b => Reading(input, unknown, t, b))),
        };
        var shape = unknown.Length - (input.Time < 0 ? 1 : 0) - (input.Batch < 0 ? 1 : 0) > 0 ? " (N: the number of values along that axis)" : "";
        return $"{what}, and neither the graph nor trial runs tell which is time and which is the batch. Say it in model.json: {string.Join(" or ", readings)}{shape}.";
    }

    private static string Reading(InputAxes input, int[] unknown, int time, int batch)
    {
        List<string> fields = [];
        if (time >= 0)
            fields.Add($"\"time_axis\": {time}");
        if (batch >= 0)
            fields.Add($"\"batch_axis\": {batch}");
        if (unknown.Any(axis => axis != time && axis != batch))
        {
            var shape = input.Lengths.Select((n, axis) => n >= 0 ? $"{n}" : axis == time || axis == batch || input.Roles[axis] is 'T' or 'B' ? "1" : "N");
            fields.Add($"\"shape\": [{string.Join(", ", shape)}]");
        }
        return Line(input, string.Join(", ", fields));
    }

    private static string Line(InputAxes input, string fields) => $"{{\"inputs\": {{\"{input.Name}\": {{{fields}}}}}}}";
}
