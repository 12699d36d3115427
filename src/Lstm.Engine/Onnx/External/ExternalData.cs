using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.External;

/// <summary>
/// Puts the values of tensors that are stored beside a model into the model, so that everything after it, ONNX Runtime too, sees
/// one file. Follows onnx.proto, TensorProto.external_data.
/// </summary>
internal sealed class ExternalData
{
    private readonly ModelFolder _folder;
    private readonly long _mostBytes;
    private readonly LoadBudget _budget;
    private readonly Dictionary<string, ExternalFile> _byLocation = [];
    private readonly Dictionary<string, ExternalFile> _byPath = [];
    private readonly List<ExternalFile> _files = [];
    private readonly List<ModelFault> _faults = [];
    private long _tensorBytes;

    private ExternalData(string modelPath, long mostBytes, LoadBudget budget) => (_folder, _mostBytes, _budget) = (new ModelFolder(modelPath), mostBytes, budget);

    /// <summary>Every file that was read, in the order in which the model names them.</summary>
    public IReadOnlyList<ExternalFile> Files => _files;

    /// <summary>Bytes of all files.</summary>
    public long Bytes { get; private set; }

    /// <summary>What could not be read; those tensors still say that they are stored elsewhere.</summary>
    public IReadOnlyList<ModelFault> Faults => _faults;

    /// <summary>Reads what a model stores in other files.</summary>
    /// <param name="modelPath">Full path of the .onnx file.</param>
    /// <param name="model">The model; tensors that are read hold their values afterwards.</param>
    /// <param name="mostBytes">The most bytes of all files together, and of all tensors.</param>
    /// <param name="budget">The load that they are read for.</param>
    /// <returns>What was read. Nothing is thrown for what is in the files.</returns>
    /// <exception cref="LoadLimitException">They are larger than the budget allows.</exception>
    public static ExternalData MoveInto(string modelPath, ModelProto model, long mostBytes, LoadBudget budget)
    {
        var data = new ExternalData(modelPath, mostBytes, budget);
        data.Visit(model.Graph, null);
        return data;
    }

    // Graphs in graphs: how deep these go, the parser bounds.
    private void Visit(GraphProto graph, NodeProto? owner)
    {
        foreach (TensorProto initializer in graph.Initializer)
        {
            Visit(initializer, owner, owner is null ? "Initializer" : $"initializer '{initializer.Name}'");
        }
        foreach (NodeProto node in graph.Node)
        {
            foreach (AttributeProto attribute in node.Attribute)
            {
                foreach (TensorProto tensor in attribute.T is null ? attribute.Tensors : attribute.Tensors.Prepend(attribute.T))
                {
                    Visit(tensor, node, $"the attribute '{attribute.Name}'");
                }
                foreach (GraphProto inner in attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G))
                {
                    Visit(inner, node);
                }
            }
        }
    }

    private void Visit(TensorProto tensor, NodeProto? node, string what)
    {
        if (!ExternalEntry.IsIn(tensor))
        {
            return;
        }
        try
        {
            MoveInto(tensor);
        }
        catch (NodeFaultException e)
        {
            _faults.Add(new ModelFault(node is null ? "" : OnnxGraph.NameOf(node), node?.OpType ?? "", $"{what}: {e.Message}"));
        }
    }

    private void MoveInto(TensorProto tensor)
    {
        ExternalEntry entry = ExternalEntry.Read(tensor);
        long needed = TensorReader.BytesOf(tensor);
        if (entry.Length is { } said && said != needed)
        {
            throw ExternalEntry.Fault(tensor, $"its length is {said}, but its shape [{string.Join(", ", tensor.Dims)}] needs {needed} bytes; the file is damaged.");
        }
        if ((_tensorBytes += needed) > _mostBytes)
        {
            throw ExternalEntry.Fault(tensor, $"with it, tensors in other files have {_tensorBytes} bytes; at most {_mostBytes} are read.");
        }
        try
        {
            ExternalFile file = Find(entry.Location);
            long length = entry.Length ?? file.Length - entry.Offset;
            if (entry.Offset > file.Length - length || length < 0)
            {
                throw new ExternalDataException($"it begins at offset {entry.Offset} and needs {needed} bytes, but the file '{entry.Location}' has {file.Length}; the file is damaged or of another model.");
            }
            if (length != needed)
            {
                throw new ExternalDataException($"the file '{entry.Location}' has {length} bytes from offset {entry.Offset} on, but its shape [{string.Join(", ", tensor.Dims)}] needs {needed}; the file is damaged or of another model.");
            }
            if (entry.Checksum is { } checksum && !checksum.Equals(file.Checksum, StringComparison.OrdinalIgnoreCase))
            {
                throw new ExternalDataException($"the SHA-1 of the file '{entry.Location}' is {file.Checksum}, but its checksum says {checksum}; the file is damaged or of another model.");
            }
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(file.Content.AsMemory((int)entry.Offset, (int)length));
            tensor.ClearDataLocation();
            tensor.ExternalData.Clear();
        }
        catch (ExternalDataException e)
        {
            throw ExternalEntry.Fault(tensor, e.Message);
        }
    }

    private ExternalFile Find(string location)
    {
        if (_byLocation.TryGetValue(location, out ExternalFile? known))
        {
            return known;
        }
        (string path, long length) = _folder.Find(location);
        if (!_byPath.TryGetValue(path, out ExternalFile? file))
        {
            if (Bytes + length > _mostBytes)
            {
                throw new ExternalDataException($"with the file '{location}', the model's files have {Bytes + length} bytes beside the .onnx file; at most {_mostBytes} are read.");
            }
            _budget.Charge(length, "when the files beside it were read");
            file = ExternalFile.Read(path, location, length);
            _byPath.Add(path, file);
            _files.Add(file);
            Bytes += length;
        }
        return _byLocation[location] = file;
    }
}
