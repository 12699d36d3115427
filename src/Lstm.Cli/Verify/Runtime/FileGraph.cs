using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Cli.Verify.Runtime;

/// <summary>
/// The nodes of a file and the values that run between them, for judging what is a state without asking the engine: nothing here is shared
/// with the engine but the generated reader of the file format.
/// </summary>
internal sealed class FileGraph
{
    private const int InitialH = 5;
    private const int InitialC = 6;
    private const int SequenceLens = 4;
    private const int FinalH = 1;
    private const int FinalC = 2;

    private static readonly HashSet<string> Recurrent = ["LSTM", "GRU", "RNN", "DynamicQuantizeLSTM"];
    private static readonly HashSet<string> PerRun = ["DynamicQuantizeLinear", "DynamicQuantizeLSTM", "DynamicQuantizeMatMul", "MatMulIntegerToFloat"];

    // What moves values and computes none; the values come first, except of Concat.
    private static readonly HashSet<string> Moves = ["Identity", "Squeeze", "Unsqueeze", "Transpose", "Reshape", "Flatten", "Slice", "Split", "Gather", "Concat", "Cast", "Expand"];

    private readonly Dictionary<string, NodeProto> _producers = [];
    private readonly HashSet<string> _inputs;
    private readonly List<NodeProto> _nodes;

    private FileGraph(GraphProto graph)
    {
        var constants = graph.Initializer.Select(static t => t.Name).ToHashSet();
        Inputs = [.. graph.Input.Select(static i => i.Name).Where(name => !constants.Contains(name))];
        Outputs = [.. graph.Output.Select(static o => o.Name)];
        _inputs = [.. Inputs];
        _nodes = [.. graph.Node];
        foreach (var node in _nodes)
        {
            foreach (var output in node.Output.Where(static o => o.Length > 0))
                _producers[output] = node;
        }
    }

    /// <summary>Inputs without initializers, in the file's order.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>Outputs, in the file's order.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Whether what a timestep gives depends on the others of its run: scales that are measured over a whole run.</summary>
    public bool ScalesByRun => _nodes.Exists(static n => PerRun.Contains(n.OpType));

    /// <summary>Reads a file.</summary>
    /// <exception cref="NothingToCompareException">It cannot be read.</exception>
    public static FileGraph Read(string path)
    {
        try
        {
            return new FileGraph(ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph ?? new GraphProto());
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or IOException or UnauthorizedAccessException)
        {
            throw new NothingToCompareException($"The file cannot be read: {error.Message}");
        }
    }

    /// <summary>Whether an output is computed from an input.</summary>
    public bool Reaches(string input, string output) => Above(output).Contains(input);

    /// <summary>Whether an input says how long sequences are: it is moved to a node's sequence_lens, or computed into it and named a length.</summary>
    public bool IsLength(string input) => _nodes.Where(static n => Recurrent.Contains(n.OpType)).Select(static n => n.Input.ElementAtOrDefault(SequenceLens)).OfType<string>()
        .Any(lens => lens.Length > 0 && ((input.Contains("len", StringComparison.OrdinalIgnoreCase) && Above(lens).Contains(input)) || Sources(lens)?.Contains(input) == true));

    /// <summary>Pairs that recurrent nodes tell: what a node starts from is moved out of the input, what it ends in is moved into the output, and into no other.</summary>
    public IReadOnlyList<NamePair> RecurrentPairs()
    {
        var starts = new Dictionary<string, HashSet<(NodeProto, int)>>();
        foreach (var node in _nodes.Where(static n => Recurrent.Contains(n.OpType)))
        {
            foreach (var (from, to) in new[] { (InitialH, FinalH), (InitialC, FinalC) })
            {
                if (node.Input.ElementAtOrDefault(from) is not { Length: > 0 } initial || Sources(initial) is not { } sources)
                    continue;
                foreach (var input in sources)
                    (starts.TryGetValue(input, out var slots) ? slots : starts[input] = []).Add((node, to));
            }
        }
        var ends = Outputs.Select(name => (Name: name, Slots: Ends(name))).Where(static o => o.Slots is { Count: > 0 }).ToArray();
        return [.. Inputs.Where(starts.ContainsKey)
            .Select(input => (Input: input, Fed: ends.Where(o => starts[input].IsSubsetOf(o.Slots ?? [])).ToArray()))
            .Where(static p => p.Fed.Length == 1).Select(static p => new NamePair(p.Input, p.Fed[0].Name))];
    }

    // The inputs that a value is moved out of; null when something is computed on the way.
    private HashSet<string>? Sources(string value)
    {
        var found = new HashSet<string>();
        foreach (var (name, _) in Moved(value))
        {
            if (_inputs.Contains(name))
                found.Add(name);
            else if (_producers.TryGetValue(name, out var node) && node.OpType != "Constant")
                return null;
        }
        return found.Count > 0 ? found : null;
    }

    // The final states that a value is moved out of; null when it holds anything else.
    private HashSet<(NodeProto, int)>? Ends(string value)
    {
        var found = new HashSet<(NodeProto, int)>();
        foreach (var (name, node) in Moved(value))
        {
            var index = node is not null && Recurrent.Contains(node.OpType) ? node.Output.IndexOf(name) : -1;
            if (index is FinalH or FinalC)
                found.Add((node!, index)); // index says that there is one
            else if (node is not { OpType: "Constant" } && (node is not null || _inputs.Contains(name)))
                return null;
        }
        return found;
    }

    // Where the values of a tensor come from, looking through nodes that only move values: names, and the nodes that compute them.
    private IEnumerable<(string Name, NodeProto? Node)> Moved(string value)
    {
        var open = new Stack<string>([value]);
        var seen = new HashSet<string>();
        while (open.TryPop(out var name))
        {
            if (!seen.Add(name))
                continue;
            var node = _producers.GetValueOrDefault(name);
            if (node is null || !Moves.Contains(node.OpType))
            {
                yield return (name, node);
                continue;
            }
            foreach (var input in node.OpType == "Concat" ? node.Input : node.Input.Take(1))
                open.Push(input);
        }
    }

    private HashSet<string> Above(string value)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>([value]);
        while (open.TryPop(out var name))
        {
            if (!seen.Add(name) || !_producers.TryGetValue(name, out var node))
                continue;
            foreach (var input in Reads(node))
                open.Push(input);
        }
        return seen;
    }

    // With what the graphs within a node take from outside; names of their own lead nowhere.
    private static IEnumerable<string> Reads(NodeProto node) =>
        node.Input.Concat(node.Attribute.Where(static a => a.G is not null).SelectMany(static a => a.G.Node.SelectMany(Reads).Concat(a.G.Output.Select(static o => o.Name))));
}
