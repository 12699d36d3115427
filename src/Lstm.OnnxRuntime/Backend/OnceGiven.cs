using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Axes;
using Lstm.Engine.Onnx.Pairing;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>
/// Which inputs of a graph with states may be given once, when a session opens: those with an axis that is neither time nor batch but open, such as
/// an encoder's context, beside others that come with every step. Asked only of graphs that do not step otherwise.
/// </summary>
internal static class OnceGiven
{
    /// <summary>What model.json names.</summary>
    /// <param name="hints">What the file does not say itself.</param>
    /// <returns>The names.</returns>
    public static IReadOnlySet<string> Named(ModelHints hints) => hints.Given.Where(static g => g.Value == InputGiven.Session).Select(static g => g.Key).ToHashSet();

    /// <summary>Readings of the graph, each with the inputs that are given once.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="states">Its state inputs.</param>
    /// <param name="hints">What the file does not say itself.</param>
    /// <returns>Sets of names; none where no such reading is possible.</returns>
    public static IReadOnlyList<IReadOnlySet<string>> Readings(OnnxGraph graph, IReadOnlySet<string> states, ModelHints hints)
    {
        var named = Named(hints);
        var data = graph.Inputs.Where(i => !states.Contains(i.Name)).Select(static i => i.Name).ToHashSet();
        var open = new Dictionary<string, string>();
        foreach (var (axes, input) in new AxisFinder(graph, hints).Facts(states).Zip(graph.Inputs))
        {
            var isSaid = hints.Layouts.GetValueOrDefault(axes.Name) is { } said && (said.TimeAxis ?? said.BatchAxis ?? said.Shape?.Count) is not null;
            if (!data.Contains(axes.Name) || named.Contains(axes.Name) || isSaid || hints.Given.GetValueOrDefault(axes.Name) == InputGiven.Step || (axes.Time >= 0 && axes.Certain[axes.Time]))
                continue;
            int[] places = [.. axes.Roles.Index().Where(r => axes.Lengths[r.Index] < 0 && r.Item != 'B').Select(static r => r.Index)];
            // The first of several that nothing tells is the batch, as in most exports.
            places = places.Length > 1 && axes.Batch < 0 && axes.Roles[places[0]] == '?' ? places[1..] : places;
            if (places.Length > 0)
                open[axes.Name] = DeclaredShape.Of(input).NameOf(places[0]);
        }
        if (open.Count == 0)
            return [];
        if (open.Count + named.Count < data.Count)
            return [open.Keys.Union(named).ToHashSet()];
        // All have such an axis: one name is time, the others are not.
        return [.. open.Values.Distinct().Select(time => open.Where(o => o.Value != time).Select(static o => o.Key).Union(named).ToHashSet()).Where(static set => set.Count > 0)];
    }

    /// <summary>Whether recurrent nodes take a longer input for a longer sequence: then its axis is time.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="run">Runs the graph with more outputs; gives their shapes for a short and a long input.</param>
    /// <returns>True when a recurrent node's sequence grows with it.</returns>
    public static bool IsTime(OnnxGraph graph, Func<IReadOnlyList<string>, (IReadOnlyList<long[]> Short, IReadOnlyList<long[]> Long)> run)
    {
        string[] sequences = [.. graph.Nodes
            .Where(static n => n.OpType is "LSTM" or "GRU" or "RNN" or "DynamicQuantizeLSTM" && n.Output.Count > 0 && n.Output[0].Length > 0)
            .Select(static n => n.Output[0])
            .Except(graph.Outputs.Select(static o => o.Name))];
        if (sequences.Length == 0)
            return false;
        var (few, many) = run(sequences);
        return few.Zip(many).Any(static p => !p.First.SequenceEqual(p.Second));
    }
}
