using Lstm.Engine.Onnx.External;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>A graph whose names are sound: nodes in an order in which they can run, every name defined once and before it is used.</summary>
internal sealed class OnnxGraph
{
    private readonly ModelFault[] _unsupported;

    private OnnxGraph(OnnxFile file, IReadOnlyList<NodeProto> nodes, IReadOnlyDictionary<string, Tensor> constants, ModelFault[] unsupported)
    {
        File = file;
        _unsupported = unsupported;
        Nodes = nodes;
        Constants = constants;
        // Up to IR version 3 initializers are listed among the inputs, too.
        HashSet<string> initializers = [.. file.Model.Graph.Initializer.Select(static i => i.Name)];
        Inputs = [.. file.Model.Graph.Input.Where(i => !initializers.Contains(i.Name))];
        Outputs = [.. file.Model.Graph.Output];
    }

    /// <summary>The file it came from.</summary>
    public OnnxFile File { get; }

    /// <summary>The nodes, sorted.</summary>
    public IReadOnlyList<NodeProto> Nodes { get; }

    /// <summary>The initializers.</summary>
    public IReadOnlyDictionary<string, Tensor> Constants { get; }

    /// <summary>Inputs that are not initializers.</summary>
    public IReadOnlyList<ValueInfoProto> Inputs { get; }

    /// <summary>Outputs.</summary>
    public IReadOnlyList<ValueInfoProto> Outputs { get; }

    /// <summary>Checks the names of a graph and sorts its nodes.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The graph; <see cref="RequireNative"/> says whether all of it is for the native engine.</returns>
    /// <exception cref="ModelLoadException">It is damaged; all faults at once.</exception>
    public static OnnxGraph Read(OnnxFile file)
    {
        GraphProto graph = file.Model.Graph;
        List<ModelFault> faults = [.. FindUnsupported(file.Model), .. file.External.Faults];
        var constants = new Dictionary<string, Tensor>();
        HashSet<string> initializers = [.. graph.Initializer.Select(static i => i.Name)];
        HashSet<string> defined = [.. initializers];
        foreach (TensorProto initializer in graph.Initializer.Where(static i => !ExternalEntry.IsIn(i)))
        {
            try
            {
                var tensor = TensorReader.Read(initializer);
                file.Budget.Check("when its weights were read");
                file.Budget.Charge(tensor.Bytes, "when its weights were read");
                if (!constants.TryAdd(initializer.Name, tensor))
                {
                    faults.Add(new ModelFault("", "", $"The initializer '{initializer.Name}' is there twice."));
                }
            }
            catch (NodeFaultException e)
            {
                faults.Add(new ModelFault("", "", $"Initializer: {e.Message}") { Kind = e.Kind });
            }
            catch (LoadLimitException e) when (faults.Count > 0)
            {
                throw new ModelLoadException(file.Path, [.. faults, e.Fault]);
            }
        }
        foreach (ValueInfoProto input in graph.Input)
        {
            if (input.Name.Length == 0)
            {
                faults.Add(new ModelFault("", "", "An input of the graph has no name."));
            }
            if (!defined.Add(input.Name) && !initializers.Remove(input.Name))
            {
                faults.Add(new ModelFault("", "", $"The input '{input.Name}' is there twice."));
            }
        }
        IReadOnlyList<NodeProto> nodes = Sort(graph, defined, faults);
        // What lies behind a cycle has no value either, but that is the same fault.
        HashSet<string> computed = [.. defined, .. graph.Node.SelectMany(static n => n.Output)];
        foreach (ValueInfoProto output in graph.Output.Where(o => !computed.Contains(o.Name)))
        {
            faults.Add(new ModelFault("", "", $"The output '{output.Name}' is computed by no node."));
        }
        if (graph.Output.Count == 0)
        {
            faults.Add(new ModelFault("", "", "The graph has no output."));
        }
        return faults.TrueForAll(static f => f.Kind == ModelFaultKind.Unsupported)
            ? new OnnxGraph(file, nodes, constants, [.. faults])
            : throw new ModelLoadException(file.Path, faults);
    }

    /// <summary>Refuses what only another backend may read.</summary>
    /// <exception cref="ModelLoadException">The file has parts or element types that the native engine does not read.</exception>
    public void RequireNative()
    {
        if (_unsupported.Length > 0)
        {
            throw new ModelLoadException(File.Path, _unsupported);
        }
    }

    /// <summary>How messages call a node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>Its name, or its first output's.</returns>
    public static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(static o => o.Length > 0) ?? "";

    // Parts of the format that would change the result if they were passed over.
    private static IEnumerable<ModelFault> FindUnsupported(ModelProto model)
    {
        (string Name, int Count)[] parts =
        [
            ("training_info", model.TrainingInfo.Count),
            ("sparse_initializer", model.Graph.SparseInitializer.Count),
            ("quantization_annotation", model.Graph.QuantizationAnnotation.Count),
        ];
        foreach ((string name, int count) in parts.Where(static p => p.Count > 0))
        {
            yield return new ModelFault("", "", $"The file has {count} of {name}, which Lstm does not read; export the model without.");
        }
        if (model.Functions.Count > 0)
        {
            yield return new ModelFault("", "", $"The file has {model.Functions.Count} of model-local functions, some of which cannot be put in the place of their calls; export the model without.") { Kind = ModelFaultKind.Unsupported };
        }
    }

    /// <summary>Sorts the nodes of a graph so that each comes after those that it reads from (Kahn's algorithm).</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="known">Names that have a value already.</param>
    /// <param name="faults">Takes what is wrong with the names.</param>
    /// <returns>The nodes.</returns>
    public static IReadOnlyList<NodeProto> Sort(GraphProto graph, IEnumerable<string> known, List<ModelFault> faults)
    {
        HashSet<string> defined = [.. known];
        var producers = new Dictionary<string, NodeProto>();
        foreach (NodeProto node in graph.Node)
        {
            foreach (string output in node.Output.Where(static o => o.Length > 0))
            {
                if (defined.Contains(output) || !producers.TryAdd(output, node))
                {
                    faults.Add(new ModelFault(NameOf(node), node.OpType, $"its output '{output}' is defined elsewhere already."));
                }
            }
        }
        var waiting = new Dictionary<NodeProto, int>(ReferenceEqualityComparer.Instance);
        var readers = new Dictionary<string, List<NodeProto>>();
        var ready = new Queue<NodeProto>();
        foreach (NodeProto node in graph.Node)
        {
            var open = new HashSet<string>();
            foreach (string input in Reads(node).Where(i => i.Length > 0 && !defined.Contains(i)))
            {
                if (!producers.ContainsKey(input))
                {
                    faults.Add(new ModelFault(NameOf(node), node.OpType, $"its input '{input}' is neither an input nor an initializer nor computed by a node."));
                }
                else if (open.Add(input))
                {
                    (readers.TryGetValue(input, out List<NodeProto>? list) ? list : readers[input] = []).Add(node);
                }
            }
            waiting[node] = open.Count;
            if (open.Count == 0)
            {
                ready.Enqueue(node);
            }
        }
        var sorted = new List<NodeProto>(graph.Node.Count);
        while (ready.TryDequeue(out NodeProto? node))
        {
            sorted.Add(node);
            foreach (string output in node.Output.Where(static o => o.Length > 0))
            {
                defined.Add(output);
                foreach (NodeProto reader in readers.GetValueOrDefault(output) ?? [])
                {
                    if (--waiting[reader] == 0)
                    {
                        ready.Enqueue(reader);
                    }
                }
                readers.Remove(output);
            }
        }
        if (sorted.Count < graph.Node.Count && faults.Count == 0)
        {
            string[] names = [.. graph.Node.Where(n => waiting[n] > 0).Take(5).Select(NameOf)];
            faults.Add(new ModelFault("", "", $"The graph has a cycle through {string.Join(", ", names.Select(static n => $"'{n}'"))}; expected an acyclic graph."));
        }
        return sorted;
    }

    /// <summary>What a node reads: its inputs, and what its subgraphs take from the graph around them.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The names, some of them more than once; "" for absent inputs.</returns>
    public static IEnumerable<string> Reads(NodeProto node) =>
        node.Attribute.Where(static a => a.G is not null).SelectMany(static a => TakenFromAround(a.G)).Concat(node.Input);

    /// <summary>What a subgraph takes from the graph around it by name.</summary>
    /// <param name="body">The subgraph.</param>
    /// <returns>The names, some of them more than once.</returns>
    public static IEnumerable<string> TakenFromAround(GraphProto body)
    {
        HashSet<string> inside = [.. body.Input.Select(static i => i.Name), .. body.Initializer.Select(static i => i.Name), .. body.Node.SelectMany(static n => n.Output)];
        return body.Node.SelectMany(Reads).Concat(body.Output.Select(static o => o.Name)).Where(name => !inside.Contains(name));
    }
}
