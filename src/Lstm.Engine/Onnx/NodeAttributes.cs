using Lstm.Engine.Onnx.Schema;
using static Lstm.Engine.Onnx.Schema.AttributeProto.Types;

namespace Lstm.Engine.Onnx;

/// <summary>A node's attributes. What an operator has not asked for by the end is refused by name: nothing is ignored.</summary>
internal sealed class NodeAttributes
{
    private readonly Dictionary<string, AttributeProto> _attributes = [];
    private readonly HashSet<string> _asked = [];

    /// <summary>Reads them.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="NodeFaultException">A name is there twice.</exception>
    public NodeAttributes(NodeProto node)
    {
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (!_attributes.TryAdd(attribute.Name, attribute))
            {
                throw NodeFaultException.Wrong($"the attribute '{attribute.Name}' is there twice.");
            }
        }
    }

    /// <summary>Whether an attribute is there.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A whole number.</summary>
    public long Int(string name, long fallback) => Typed(name, AttributeType.Int)?.I ?? fallback;

    /// <summary>A float.</summary>
    public float Float(string name, float fallback) => Typed(name, AttributeType.Float)?.F ?? fallback;

    /// <summary>A text.</summary>
    public string Text(string name, string fallback) => Typed(name, AttributeType.String)?.S.ToStringUtf8() ?? fallback;

    /// <summary>Whole numbers, null when absent.</summary>
    public long[]? Ints(string name) => Typed(name, AttributeType.Ints) is { } found ? [.. found.Ints] : null;

    /// <summary>Floats, null when absent.</summary>
    public float[]? Floats(string name) => Typed(name, AttributeType.Floats) is { } found ? [.. found.Floats] : null;

    /// <summary>Texts, null when absent.</summary>
    public string[]? Texts(string name) => Typed(name, AttributeType.Strings) is { } found ? [.. found.Strings.Select(static s => s.ToStringUtf8())] : null;

    /// <summary>A tensor, null when absent.</summary>
    public Tensor? Tensor(string name) => Typed(name, AttributeType.Tensor) is not { } found ? null
        : found.T is null ? throw NodeFaultException.Wrong($"the attribute '{name}' is of type Tensor but holds none; the file is damaged.") : TensorReader.Read(found.T);

    /// <summary>A subgraph.</summary>
    public GraphProto Graph(string name) => Typed(name, AttributeType.Graph)?.G ?? throw NodeFaultException.Wrong($"the subgraph '{name}' is missing.");

    /// <summary>Names that no one asked for.</summary>
    public IEnumerable<string> Unread => _attributes.Keys.Where(name => !_asked.Contains(name));

    private AttributeProto? Find(string name)
    {
        _asked.Add(name);
        return _attributes.GetValueOrDefault(name);
    }

    private AttributeProto? Typed(string name, AttributeType type)
    {
        AttributeProto? found = Find(name);
        if (found is null || found.Type == type)
        {
            return found;
        }
        throw NodeFaultException.Wrong($"the attribute '{name}' is of type {found.Type}; expected {type}.");
    }
}
