using Lstm.Engine.Onnx.Schema;
using static Lstm.Engine.Onnx.Schema.AttributeProto.Types;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Follows the element types through a graph and finds inputs of one node that differ where ONNX demands one type (float weights of a cell
/// whose input is double). Values travel as float32 in any case, so nothing else would notice.
/// </summary>
internal sealed class TypeCheck
{
    private static readonly int[] All = [.. Enumerable.Range(0, 64)];

    // Operators that ONNX defines for floating-point numbers alone, whatever the opset.
    private static readonly HashSet<string> Floating =
    [
        "LSTM", "GRU", "RNN", "Conv", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid", "Elu", "Softplus", "Softsign", "ThresholdedRelu", "Selu", "Celu", "Gelu", "HardSwish", "Mish",
        "Exp", "Log", "Sqrt", "Reciprocal", "Floor", "Ceil", "Round", "Sin", "Cos", "Tan", "Atan", "Asin", "Acos", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Softmax", "LogSoftmax", "Hardmax",
        "BatchNormalization", "InstanceNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization", "GlobalAveragePool", "GlobalMaxPool", "AveragePool",
    ];

    private readonly Dictionary<string, ElementType?> _types = [];
    private readonly List<ModelFault> _faults = [];
    private readonly int _opset;

    private TypeCheck(OnnxGraph graph)
    {
        _opset = graph.File.Opset;
        foreach (ValueInfoProto input in graph.Inputs)
        {
            _types[input.Name] = input.Type?.TensorType is { } tensor ? Known(tensor.ElemType) : null;
        }
        foreach ((string name, Tensor constant) in graph.Constants)
        {
            _types[name] = constant.Type;
        }
    }

    /// <summary>Checks a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>What differs; types that are not known are passed over.</returns>
    public static IReadOnlyList<ModelFault> Check(OnnxGraph graph)
    {
        var check = new TypeCheck(graph);
        foreach (NodeProto node in graph.Nodes)
        {
            check.Follow(node);
        }
        return check._faults;
    }

    private void Follow(NodeProto node)
    {
        if (node.Domain is "" or "ai.onnx")
        {
            foreach (int[] inputs in Alike(node.OpType))
            {
                Compare(node, inputs);
            }
            if (Floating.Contains(node.OpType) && TypeOf(node, 0) is { } type && ElementTypes.IsInteger(type))
            {
                Add(node, $"its input '{node.Input[0]}' is of type {ElementTypes.Name(type)}; expected a floating-point type. Cast it where the model is exported.");
            }
            if (node is { OpType: "LSTM" or "GRU" or "RNN", Input.Count: > 4 } && TypeOf(node, 4) is { } lengths and not ElementType.Int32)
            {
                Add(node, $"its input '{node.Input[4]}' (sequence_lens) is of type {ElementTypes.Name(lengths)}; expected int32.");
            }
        }
        ElementType?[] outputs = OutputTypes(node);
        foreach ((int n, string name) in node.Output.Index().Where(static o => o.Item.Length > 0))
        {
            _types[name] = outputs.Length == 0 ? null : outputs[Math.Min(n, outputs.Length - 1)];
        }
    }

    private void Add(NodeProto node, string reason) => _faults.Add(new ModelFault(OnnxGraph.NameOf(node), node.OpType, reason) { Kind = ModelFaultKind.Wrong });

    private void Compare(NodeProto node, int[] inputs)
    {
        (string Name, ElementType Type)? first = null;
        foreach (int n in inputs)
        {
            if (TypeOf(node, n) is not { } type)
            {
                continue;
            }
            first ??= (node.Input[n], type);
            if (type != first.Value.Type)
            {
                Add(node, $"its inputs '{first.Value.Name}' and '{node.Input[n]}' are of types {ElementTypes.Name(first.Value.Type)} and {ElementTypes.Name(type)}; expected one type. Cast one of them where the model is exported.");
                return;
            }
        }
    }

    // Inputs that ONNX binds to one type.
    private int[][] Alike(string name) => name switch
    {
        "LSTM" => [[0, 1, 2, 3, 5, 6, 7]],
        "GRU" or "RNN" => [[0, 1, 2, 3, 5]],
        "Add" or "Sub" or "Mul" or "Div" or "Min" or "Max" or "Sum" or "Mean" or "Concat" or "Einsum" or "Equal" or "Less" or "LessOrEqual" or "Greater" or "GreaterOrEqual"
            or "Mod" or "And" or "Or" or "Xor" or "PRelu" or "Gemm" or "MatMul" or "Conv" or "ConvTranspose" or "Clip" or "Range"
            or "InstanceNormalization" or "GroupNormalization" => [All],
        // Older files with one are ONNX Runtime's own, which allows a scale of another type.
        "LayerNormalization" => _opset >= 17 ? [All] : [],
        "Pow" => _opset < 12 ? [All] : [],
        "Where" => [[1, 2]],
        "Pad" or "ScatterElements" or "Scatter" or "ScatterND" or "DequantizeLinear" => [[0, 2]],
        "QuantizeLinear" => _opset is >= 19 and < 23 ? [[0, 1]] : [],
        "BatchNormalization" => _opset < 14 ? [All] : _opset < 15 ? [[0, 1, 2], [3, 4]] : [[1, 2], [3, 4]],
        _ => [],
    };

    // One type for all outputs, or one an output; empty where it is not known.
    private ElementType?[] OutputTypes(NodeProto node)
    {
        if (node.Domain is not ("" or "ai.onnx"))
        {
            return node.Domain == "ai.onnx.ml" && node.OpType is "Scaler" or "Normalizer" ? [ElementType.Float32] : [];
        }
        switch (node.OpType)
        {
            case "Equal" or "Less" or "LessOrEqual" or "Greater" or "GreaterOrEqual" or "And" or "Or" or "Xor" or "Not" or "IsNaN" or "IsInf":
                return [ElementType.Bool];
            case "Shape" or "Size" or "ArgMax" or "ArgMin" or "NonZero" or "SequenceLength":
                return [ElementType.Int64];
            case "TopK":
                return [TypeOf(node, 0), ElementType.Int64];
            case "Dropout":
                return [TypeOf(node, 0), ElementType.Bool];
            case "Where" or "DequantizeLinear" or "CastLike":
                return [TypeOf(node, 1)];
            case "QuantizeLinear":
                return [node.Input.Count > 2 && node.Input[2].Length > 0 ? TypeOf(node, 2) : Attribute(node, "output_dtype") is { } to ? Known((int)to.I) : ElementType.UInt8];
            case "OneHot":
                return [TypeOf(node, 2)];
            case "Cast":
                return [Known((int)(Attribute(node, "to")?.I ?? 0))];
            case "EyeLike":
                return [Attribute(node, "dtype") is { } type ? Known((int)type.I) : TypeOf(node, 0)];
            case "ConstantOfShape":
                return [Attribute(node, "value") is { T: { } value } ? Known(value.DataType) : ElementType.Float32];
            case "Constant":
                return [OfConstant(node)];
            case "If":
                return OfBodies(node, []);
            case "Loop":
                return [.. OfBodies(node, [ElementType.Int64, ElementType.Bool, .. Enumerable.Range(2, Math.Max(0, node.Input.Count - 2)).Select(n => TypeOf(node, n))]).Skip(1)];
            case "Scan":
                return OfBodies(node, [.. Enumerable.Range(0, node.Input.Count).Select(n => TypeOf(node, n))]);
            default:
                return OperatorRegistry.Find(node.Domain, node.OpType) is not null && !node.OpType.Contains("Sequence", StringComparison.Ordinal) ? [TypeOf(node, 0)] : [];
        }
    }

    // Of the last body: both branches of an If have the same.
    private ElementType?[] OfBodies(NodeProto node, ElementType?[] inputs)
    {
        ElementType?[] outputs = [];
        foreach (GraphProto body in node.Attribute.Where(static a => a.G is not null).Select(static a => a.G))
        {
            for (int n = 0; n < body.Input.Count; n++)
            {
                _types[body.Input[n].Name] = n < inputs.Length ? inputs[n] : null;
            }
            foreach (TensorProto initializer in body.Initializer)
            {
                _types[initializer.Name] = Known(initializer.DataType);
            }
            foreach (NodeProto inner in body.Node)
            {
                Follow(inner);
            }
            outputs = [.. body.Output.Select(o => _types.GetValueOrDefault(o.Name))];
        }
        return outputs;
    }

    private static ElementType? OfConstant(NodeProto node) => node.Attribute.FirstOrDefault() switch
    {
        { Name: "value", T: { } tensor } => Known(tensor.DataType),
        { Type: AttributeType.Float or AttributeType.Floats } => ElementType.Float32,
        { Type: AttributeType.Int or AttributeType.Ints } => ElementType.Int64,
        _ => null,
    };

    private ElementType? TypeOf(NodeProto node, int input) => input < node.Input.Count ? _types.GetValueOrDefault(node.Input[input]) : null;

    private static AttributeProto? Attribute(NodeProto node, string name) => node.Attribute.FirstOrDefault(a => a.Name == name);

    private static ElementType? Known(int type) => ElementTypes.IsKnown(type) ? (ElementType)type : null;
}
