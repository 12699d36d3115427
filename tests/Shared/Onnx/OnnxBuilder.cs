using Google.Protobuf;
using Google.Protobuf.Collections;
using Lstm.Engine.Onnx.Schema;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Tests.Shared.Onnx;

/// <summary>Puts an ONNX file together node by node. Values are called by their names, which are made up unless they are given.</summary>
internal sealed partial class OnnxBuilder
{
    private readonly OnnxBuilder? _outer;
    private readonly Dictionary<string, string> _renamed = [];
    private int _names;

    /// <summary>An empty file.</summary>
    /// <param name="opset">Version of the ONNX operator set.</param>
    public OnnxBuilder(int opset)
    {
        Opset = opset;
        Model = new ModelProto { IrVersion = 8, ProducerName = "builder", Graph = new GraphProto { Name = "built" } };
        Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
    }

    private OnnxBuilder(OnnxBuilder outer, string name)
    {
        _outer = outer;
        Opset = outer.Opset;
        Model = new ModelProto { Graph = new GraphProto { Name = name } };
    }

    /// <summary>Version of the ONNX operator set.</summary>
    public int Opset { get; }

    /// <summary>The file so far.</summary>
    public ModelProto Model { get; }

    /// <summary>Its graph.</summary>
    public GraphProto Graph => Model.Graph;

    /// <summary>A builder for a branch of If or a body of Loop; its values may be those of this graph. Its <see cref="Graph"/> is the attribute's value.</summary>
    public OnnxBuilder Subgraph() => new(this, NewName("sub"));

    /// <summary>Adds a graph input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its axes with blanks between: a number is fixed, a word is the name of an open axis, ? is open without a name; e.g. "T B 3".</param>
    /// <param name="type">Its element type.</param>
    /// <returns>The name.</returns>
    public string Input(string name, string shape, DataType type = DataType.Float)
    {
        Graph.Input.Add(ValueInfo(name, shape, type));
        return name;
    }

    /// <summary>Makes a value a graph output.</summary>
    /// <param name="value">The value; the old name may still be used.</param>
    /// <param name="shape">As in <see cref="Input"/>.</param>
    /// <param name="name">A new name, or null to keep the old one.</param>
    /// <param name="type">Its element type.</param>
    /// <returns>The name.</returns>
    public string Output(string value, string shape, string? name = null, DataType type = DataType.Float)
    {
        value = Current(value);
        name ??= value;
        bool isComputedHere = Graph.Node.Any(n => n.Output.Contains(value)) && Graph.Output.All(o => o.Name != value);
        if (name != value && isComputedHere)
        {
            Rename(value, name);
        }
        else if (name != value)
        {
            Graph.Node.Add(new NodeProto { OpType = "Identity", Name = NewName("Identity"), Input = { value }, Output = { name } });
        }
        Graph.Output.Add(ValueInfo(name, shape, type));
        return name;
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">Its inputs; "" for an absent one.</param>
    /// <param name="attributes">Its attributes, as <see cref="OnnxAttribute.Of"/> takes them; those that are null are left out.</param>
    /// <returns>The output.</returns>
    public string Node(string op, IReadOnlyList<string> inputs, params (string Name, object? Value)[] attributes) => Nodes(op, [true], inputs, attributes)[0];

    /// <summary>Adds a node of an operator that is ONNX Runtime's own (domain com.microsoft), which the native engine does not know.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">As in <see cref="Node"/>.</param>
    /// <returns>The output.</returns>
    public string ForeignNode(string op, IReadOnlyList<string> inputs)
    {
        const string domain = "com.microsoft";
        if (Model.OpsetImport.All(static o => o.Domain != domain))
        {
            Model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 });
        }
        string output = Node(op, inputs);
        Graph.Node[^1].Domain = domain;
        return output;
    }

    /// <summary>Adds a node with several outputs.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="outputs">Which of its outputs are there.</param>
    /// <param name="inputs">Its inputs; "" for an absent one.</param>
    /// <param name="attributes">As in <see cref="Node"/>.</param>
    /// <returns>The outputs; "" for those that are not there.</returns>
    public string[] Nodes(string op, IReadOnlyList<bool> outputs, IReadOnlyList<string> inputs, params (string Name, object? Value)[] attributes)
    {
        string name = NewName(op);
        string[] results = [.. outputs.Select((there, n) => !there ? "" : outputs.Count == 1 ? $"{name}_out" : $"{name}_out{n}")];
        var node = new NodeProto { OpType = op, Name = name };
        node.Input.Add(WithoutAbsentEnd(inputs).Select(Current));
        node.Output.Add(WithoutAbsentEnd(results));
        node.Attribute.Add(attributes.Where(static a => a.Value is not null).Select(static a => OnnxAttribute.Of(a.Name, a.Value!))); // not null, just filtered
        Graph.Node.Add(node);
        return results;
    }

    /// <summary>Adds an initializer.</summary>
    /// <param name="tensor">Its values; gets a name unless it has one.</param>
    /// <returns>The name.</returns>
    public string Initializer(TensorProto tensor)
    {
        tensor.Name = tensor.HasName ? tensor.Name : NewName("const");
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Adds an initializer of float32.</summary>
    /// <param name="values">Its values, row-major.</param>
    /// <param name="dims">Its axes; none for a scalar.</param>
    /// <returns>The name.</returns>
    public string Floats(float[] values, params long[] dims) => Initializer(OnnxTensor.Of(DataType.Float, values, dims));

    /// <summary>Adds an initializer of random float32 in [-1, 1).</summary>
    /// <param name="random">Where its values are drawn from.</param>
    /// <param name="dims">Its axes.</param>
    /// <returns>The name.</returns>
    public string Weights(Random random, params long[] dims) =>
        Floats([.. Enumerable.Range(0, (int)dims.Aggregate(1L, static (product, n) => product * n)).Select(_ => (2 * random.NextSingle()) - 1)], dims);

    /// <summary>Adds an initializer of int64 with one axis.</summary>
    /// <param name="values">Its values.</param>
    /// <returns>The name.</returns>
    public string Integers(params long[] values) => Initializer(OnnxTensor.Of(values, values.Length));

    /// <summary>Adds an initializer of int64 without axes.</summary>
    /// <param name="value">Its value.</param>
    /// <returns>The name.</returns>
    public string Integer(long value) => Initializer(OnnxTensor.Of([value]));

    /// <summary>A name that no value has.</summary>
    /// <param name="stem">What it begins with.</param>
    /// <returns>The name.</returns>
    public string NewName(string stem) => _outer?.NewName(stem) ?? $"{stem}_{_names++}";

    /// <summary>The file's bytes.</summary>
    /// <returns>The bytes.</returns>
    public byte[] ToBytes() => Model.ToByteArray();

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where.</param>
    /// <returns>The path.</returns>
    public string Write(string path)
    {
        File.WriteAllBytes(path, ToBytes());
        return path;
    }

    private void Rename(string value, string name)
    {
        _renamed[value] = name;
        Rename(Graph, value, name);
    }

    private static void Rename(GraphProto graph, string value, string name)
    {
        foreach (NodeProto node in graph.Node)
        {
            Replace(node.Input, value, name);
            Replace(node.Output, value, name);
            foreach (AttributeProto branch in node.Attribute.Where(static a => a.G is not null))
            {
                Rename(branch.G, value, name);
            }
        }
    }

    private string Current(string name) => _renamed.TryGetValue(name, out string? current) ? current : _outer?.Current(name) ?? name;

    private static void Replace(RepeatedField<string> names, string value, string name)
    {
        for (int n = 0; n < names.Count; n++)
        {
            names[n] = names[n] == value ? name : names[n];
        }
    }

    private static IEnumerable<string> WithoutAbsentEnd(IReadOnlyList<string> names) => names.Take(1 + Enumerable.Range(0, names.Count).LastOrDefault(n => names[n].Length > 0, -1));

    private static ValueInfoProto ValueInfo(string name, string shape, DataType type)
    {
        var proto = new TensorShapeProto();
        foreach (string axis in shape.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var dim = new TensorShapeProto.Types.Dimension();
            if (long.TryParse(axis, out long size))
            {
                dim.DimValue = size;
            }
            else if (axis != "?")
            {
                dim.DimParam = axis;
            }
            proto.Dim.Add(dim);
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = proto } } };
    }
}
