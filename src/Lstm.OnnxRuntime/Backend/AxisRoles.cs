using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Pairing;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>What each axis of the graph's inputs is, as far as the file tells or someone says; trial runs check it.</summary>
internal sealed class AxisRoles
{
    private const char Open = '?';

    private static readonly HashSet<string> TimeNames = new(StringComparer.OrdinalIgnoreCase)
        { "t", "time", "times", "timesteps", "time_steps", "steps", "seq", "seq_len", "seqlen", "seq_length", "sequence", "sequence_length", "length", "frames", "num_frames" };

    private static readonly HashSet<string> BatchNames = new(StringComparer.OrdinalIgnoreCase) { "b", "n", "batch", "batch_size", "bs", "batchsize" };

    private readonly Dictionary<string, char> _byName = [];

    /// <summary>Decides.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="states">The state inputs.</param>
    /// <param name="options">What was said of the axes.</param>
    public AxisRoles(OnnxGraph graph, IReadOnlySet<string> states, OrtOptions options)
    {
        var traced = TimeTrace.Find(graph);
        var faults = new List<ModelFault>();
        DeclaredShape[] shapes = [.. graph.Inputs.Select(DeclaredShape.Of)];
        Inputs = [.. graph.Inputs.Zip(shapes).Select(i => Read(i.First.Name, i.Second, faults))];
        faults.AddRange(options.Axes.SelectMany(o => Check(o.Key, o.Value, graph, shapes)));
        faults.AddRange(options.Axes.SelectMany(o => Compare(o.Key, o.Value, traced)));
        if (faults.Count > 0)
            throw new ModelLoadException(graph.File.Path, faults);
        for (var n = 0; n < Inputs.Count; n++)
        {
            var (name, isState) = (graph.Inputs[n].Name, states.Contains(graph.Inputs[n].Name));
            var said = options.Axes.GetValueOrDefault(name);
            for (var axis = 0; axis < Inputs[n].Lengths.Length; axis++)
            {
                var role = axis == said?.Time ? 'T' : axis == said?.Batch ? 'B' : said?.Shape is not null && Inputs[n].Lengths[axis] < 0 ? ' '
                    // The axes of a state are open for the batch alone: it has no time.
                    : isState && Inputs[n].Lengths[axis] < 0 ? 'B'
                    : traced.GetValueOrDefault((name, axis), Open);
                // A fixed axis is time only where a recurrent node takes it for that, or someone says so.
                Assign(n, axis, shapes[n], role, said?.Shape);
            }
        }
        SpreadByName(shapes);
        for (var n = 0; n < Inputs.Count; n++)
            GuessRest(Inputs[n], shapes[n]);
    }

    /// <summary>For each input of the graph its axes: length (−1 when open) and role (T, B, blank for a fixed one, ? when unknown).</summary>
    public IReadOnlyList<InputAxes> Inputs { get; }

    private static InputAxes Read(string name, DeclaredShape shape, List<ModelFault> faults)
    {
        if (shape.Rank is not { } rank)
            faults.Add(new ModelFault("", "", $"The input '{name}' has no shape; expected a tensor with a known number of axes."));
        var lengths = Enumerable.Range(0, shape.Rank ?? 0).Select(axis => shape.Length(axis) ?? -1).ToArray();
        return new InputAxes(name, lengths, [.. lengths.Select(static n => n < 0 ? Open : ' ')]);
    }

    private static IEnumerable<ModelFault> Check(string name, OrtAxes axes, OnnxGraph graph, DeclaredShape[] shapes)
    {
        var place = graph.Inputs.Index().FirstOrDefault(i => i.Item.Name == name, (-1, null!)).Index; // the item is not used where it is not found
        var rank = place >= 0 ? shapes[place].Rank : graph.Outputs.FirstOrDefault(o => o.Name == name) is { } output ? DeclaredShape.Of(output).Rank ?? int.MaxValue : null;
        if (rank is not { } most)
        {
            yield return new ModelFault("", "", $"Axes are given for '{name}', but the graph has no such input or output.");
            yield break;
        }
        foreach (var (role, axis) in new[] { ("time_axis", axes.Time), ("batch_axis", axes.Batch) })
        {
            if (axis is { } wrong && (wrong < 0 || wrong >= most))
                yield return new ModelFault("", "", $"The {role} of '{name}' is {wrong}; expected 0 to {most - 1}, one of its axes.");
        }
        if (axes.Time is not null && axes.Time == axes.Batch)
            yield return new ModelFault("", "", $"The time_axis and the batch_axis of '{name}' are both {axes.Time}; expected two axes.");
        if (axes.Shape is { } shape && place < 0)
            yield return new ModelFault("", "", $"A shape is given for the output '{name}'; expected it for inputs only.");
        else if (axes.Shape is { } given && (given.Count != most || given.Where((n, axis) => n < 1 || (shapes[place].Length(axis) is { } length && length != n)).Any()))
            yield return new ModelFault("", "", $"The shape of '{name}' is given as [{string.Join(", ", given)}], but the file says {shapes[place]}.");
    }

    // What a recurrent node takes for time or batch is no matter of opinion.
    private static IEnumerable<ModelFault> Compare(string name, OrtAxes axes, IReadOnlyDictionary<(string Input, int Axis), char> traced)
    {
        foreach (var (field, role, said) in new[] { ("time_axis", 'T', axes.Time), ("batch_axis", 'B', axes.Batch) })
        {
            int[] taken = [.. traced.Where(t => t.Key.Input == name && t.Value == role).Select(static t => t.Key.Axis)];
            if (said is { } axis && taken.Length > 0 && !taken.Contains(axis))
                yield return new ModelFault("", "", $"The {field} of '{name}' is given as {axis}, but the recurrent node that it goes into takes axis {taken[0]} for it.");
        }
    }

    private void Assign(int input, int axis, DeclaredShape shape, char role, IReadOnlyList<int>? said)
    {
        var axes = Inputs[input];
        if (axes.Lengths[axis] < 0 && role == ' ' && said is not null)
            axes.Lengths[axis] = said[axis];
        if (role is 'T' || (role is 'B' && axes.Lengths[axis] is 1 or < 0))
        {
            axes.Roles[axis] = role;
            if (shape.NameOf(axis) is { Length: > 0 } name)
                _byName.TryAdd(name, role);
        }
        else if (role == ' ')
        {
            axes.Roles[axis] = ' ';
        }
    }

    private void SpreadByName(DeclaredShape[] shapes)
    {
        for (var n = 0; n < Inputs.Count; n++)
        {
            for (var axis = 0; axis < Inputs[n].Roles.Length; axis++)
            {
                if (Inputs[n].Roles[axis] == Open && _byName.TryGetValue(shapes[n].NameOf(axis), out var role))
                    Inputs[n].Roles[axis] = role;
            }
        }
    }

    private static void GuessRest(InputAxes axes, DeclaredShape shape)
    {
        for (var axis = 0; axis < axes.Roles.Length; axis++)
        {
            var name = shape.NameOf(axis);
            var role = TimeNames.Contains(name) ? 'T' : BatchNames.Contains(name) ? 'B' : Open;
            if (axes.Roles[axis] == Open && !axes.Roles.Contains(role))
                axes.Roles[axis] = role;
        }
    }
}

/// <summary>The axes of an input.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lengths">Length of each axis, −1 for an open one.</param>
/// <param name="Roles">T, B, blank for a fixed one, ? when unknown.</param>
internal sealed record InputAxes(string Name, int[] Lengths, char[] Roles);
