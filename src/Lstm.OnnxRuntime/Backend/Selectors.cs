using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>
/// Inputs that select a branch of the graph, such as a sampling rate: which one the model is for is never guessed, so without "values" in model.json
/// the graph is refused, with a line for each branch.
/// </summary>
internal sealed class Selectors
{
    private static readonly HashSet<string> Comparisons = ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"];

    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, NodeProto> _producers = [];
    private readonly List<NodeProto> _branches = [];
    private readonly Dictionary<string, Tensor> _constants;

    private Selectors(OnnxGraph graph)
    {
        _graph = graph;
        _constants = new Dictionary<string, Tensor>(graph.Constants);
        Add(graph.Nodes);
    }

    /// <summary>Finds the selecting inputs of which nothing is said.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="states">Names of the state inputs.</param>
    /// <param name="layouts">What model.json says.</param>
    /// <returns>A fault for each.</returns>
    public static IReadOnlyList<ModelFault> Find(OnnxGraph graph, IReadOnlySet<string> states, IReadOnlyDictionary<string, TensorLayout> layouts)
    {
        var selectors = new Selectors(graph);
        var faults = new Dictionary<string, ModelFault>();
        foreach (var node in selectors._branches)
        {
            var inputs = selectors.SourcesOf(node.Input[0], out var constants);
            // A condition on data or states is the graph's own business: it is computed anew in every run.
            if (inputs.Count == 0 || inputs.Any(i => states.Contains(i) || !selectors.IsScalar(i)) || inputs.Any(i => layouts.GetValueOrDefault(i)?.Values is not null))
                continue;
            var name = inputs.First();
            var lines = selectors.ValuesFor(name, constants).Select(v => $"{{\"inputs\": {{\"{name}\": {{\"values\": [{v}]}}}}}}");
            faults.TryAdd(name, new ModelFault(OnnxGraph.NameOf(node), node.OpType, $"its condition is computed from the input '{name}', whose value selects what the graph does. Say in model.json which values requests may send, the first being the one to load with: {string.Join(" or ", lines)}."));
        }
        return [.. faults.Values];
    }

    private void Add(IEnumerable<NodeProto> nodes)
    {
        foreach (var node in nodes)
        {
            foreach (var output in node.Output.Where(static o => o.Length > 0))
                _producers.TryAdd(output, node);
            if (node.OpType == "Constant" && node.Output.Count > 0 && Read(node) is { } constant)
                _constants.TryAdd(node.Output[0], constant);
            if (node.OpType == "If" && node.Input.Count > 0)
                _branches.Add(node);
            foreach (var body in node.Attribute.Where(static a => a.G is not null))
                Add(body.G.Node);
        }
    }

    private static Tensor? Read(NodeProto node)
    {
        try
        {
            return node.Attribute.FirstOrDefault() switch
            {
                { Name: "value", T: { } value } => TensorReader.Read(value),
                { Name: "value_int" } number => Tensor.Of([], [number.I], ElementType.Int64),
                { Name: "value_float" } number => Tensor.Of([], [number.F], ElementType.Float32),
                _ => null,
            };
        }
        catch (NodeFaultException)
        {
            return null; // The check of soundness says so.
        }
    }

    // The inputs that a condition is computed from, shapes left aside, and the numbers that they are compared with.
    private HashSet<string> SourcesOf(string value, out List<double> constants)
    {
        var comparisons = new List<NodeProto>();
        var inputs = SourcesOf(value, comparisons);
        // A length that is compared with a number says nothing of an input's values.
        constants = [.. comparisons.Where(c => c.Input.Any(i => SourcesOf(i, []).Count > 0))
            .SelectMany(static c => c.Input).Select(i => _constants.GetValueOrDefault(i)).OfType<Tensor>().Where(static c => c.Count == 1).Select(static c => (double)c.ToFloats()[0])];
        return inputs;
    }

    private HashSet<string> SourcesOf(string value, List<NodeProto> compared)
    {
        var (inputs, seen) = (new HashSet<string>(), new HashSet<string>());
        var open = new Stack<string>([value]);
        HashSet<string> names = [.. _graph.Inputs.Select(static i => i.Name)];
        while (open.TryPop(out var name))
        {
            if (!seen.Add(name))
                continue;
            if (names.Contains(name))
                inputs.Add(name);
            if (!_producers.TryGetValue(name, out var node) || node.OpType is "Shape" or "Size")
                continue;
            if (Comparisons.Contains(node.OpType))
                compared.Add(node);
            foreach (var input in OnnxGraph.Reads(node))
                open.Push(input);
        }
        return inputs;
    }

    private bool IsScalar(string input)
    {
        var shape = DeclaredShape.Of(_graph.Inputs.First(i => i.Name == input));
        return shape.Rank == 0 || (shape.Rank == 1 && shape.Length(0) is 1 or null);
    }

    // One value for each way: those that are compared with, and one beside them.
    private IEnumerable<string> ValuesFor(string input, List<double> constants)
    {
        if (DeclaredShape.Of(_graph.Inputs.First(i => i.Name == input)).Type == ElementType.Bool)
            return ["1", "0", "0, 1"]; // a flag may well change from step to step
        long[] stated = [.. constants.Where(static c => c == Math.Truncate(c) && Math.Abs(c) < long.MaxValue).Select(static c => (long)c).Distinct()];
        // Speech is sampled at one of these two rates.
        long[] defaults = stated is [8000] ? [16000] : stated is [16000] ? [8000] : stated.Length == 0 ? [0, 1] : stated.Length == 1 ? [stated[0] == 0 ? 1 : 0] : [];
        return stated.Concat(defaults).Select(static n => $"{n}");
    }
}
