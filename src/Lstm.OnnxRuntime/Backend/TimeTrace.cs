using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Which axes of the graph's inputs are time and batch, as the X of a recurrent node says: [T, B, I], followed back to the inputs.</summary>
internal sealed class TimeTrace
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, NodeProto> _producers = [];
    private readonly HashSet<string> _varying;
    private readonly Dictionary<(string Input, int Axis), char> _roles = [];

    private TimeTrace(OnnxGraph graph)
    {
        _graph = graph;
        _varying = [.. graph.Inputs.Select(static i => i.Name)];
        foreach (var node in graph.Nodes)
        {
            foreach (var output in node.Output)
                _producers[output] = node;
            if (node.OpType is not ("Shape" or "Size") && node.Input.Any(_varying.Contains))
                _varying.UnionWith(node.Output);
        }
    }

    /// <summary>Follows the recurrent nodes of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>'T' or 'B' for axes of inputs; those that no recurrent node takes are not there.</returns>
    public static IReadOnlyDictionary<(string Input, int Axis), char> Find(OnnxGraph graph)
    {
        var trace = new TimeTrace(graph);
        foreach (var node in graph.Nodes.Where(static n => n.OpType is "LSTM" or "GRU" or "RNN" && n.Input.Count > 0))
        {
            var layout = node.Attribute.FirstOrDefault(static a => a.Name == "layout")?.I ?? 0;
            trace.Follow(node.Input[0], layout == 0 ? ['T', 'B', ' '] : ['B', 'T', ' ']);
        }
        return trace._roles;
    }

    // Back through what keeps axes; where a value is reshaped or comes out of a cell, the trace ends.
    private void Follow(string value, List<char> axes)
    {
        while (_producers.TryGetValue(value, out var node))
        {
            switch (node.OpType)
            {
                case "Transpose":
                    var perm = node.Attribute.FirstOrDefault(static a => a.Name == "perm")?.Ints.ToArray() ?? [.. Enumerable.Range(0, axes.Count).Select(n => (long)(axes.Count - 1 - n))];
                    if (perm.Length != axes.Count)
                        return;
                    axes = [.. Enumerable.Range(0, axes.Count).Select(axis => Array.IndexOf(perm, axis) is >= 0 and var place ? axes[place] : ' ')];
                    break;
                case "Unsqueeze" when Axes(node, axes.Count) is { } added:
                    axes = [.. axes.Where((_, axis) => !added.Contains(axis))];
                    break;
                case "Squeeze" when Axes(node, null) is { } removed && removed.All(static axis => axis >= 0):
                    foreach (var axis in removed.Order().Where(axis => axis <= axes.Count))
                        axes.Insert(axis, ' ');
                    break;
                case "Gather" when !_varying.Contains(node.Input[0]):
                    // An embedding: [T, B] becomes [T, B, width].
                    value = node.Input[1];
                    axes.RemoveAt(axes.Count - 1);
                    continue;
                case "Reshape" or "Concat" or "Expand" or "Flatten" or "Gather" or "Slice" or "Split" or "LSTM" or "GRU" or "RNN" or "Conv" or "Squeeze" or "Unsqueeze" or "If" or "Loop" or "Scan":
                    return;
            }
            if (node.Input.FirstOrDefault(_varying.Contains) is not { } next)
                return;
            value = next;
        }
        if (_graph.Inputs.FirstOrDefault(i => i.Name == value) is { } input && input.Type?.TensorType?.Shape?.Dim.Count == axes.Count)
        {
            foreach (var (axis, role) in axes.Index().Where(static a => a.Item != ' '))
                _roles.TryAdd((value, axis), role);
        }
    }

    // Negative axes count from the end; they are known only where the rank is.
    private HashSet<int>? Axes(NodeProto node, int? rank)
    {
        IReadOnlyList<long>? axes = node.Attribute.FirstOrDefault(static a => a.Name == "axes")?.Ints.ToArray()
            ?? (node.Input.Count > 1 ? Constant(node.Input[1])?.Integers : null);
        return axes is null ? null : [.. axes.Select(axis => (int)(axis < 0 && rank is { } r ? axis + r : axis))];
    }

    private Tensor? Constant(string name)
    {
        if (_graph.Constants.TryGetValue(name, out var constant))
            return constant;
        return _producers.TryGetValue(name, out var node) && node.OpType == "Constant" && node.Attribute.FirstOrDefault(static a => a.Name == "value")?.T is { } tensor
            ? TensorReader.Read(tensor)
            : null;
    }
}
