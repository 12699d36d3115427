using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Axes;

/// <summary>
/// Follows the axes of the inputs forward through the graph to the operators that take them for something: the X of a recurrent node is [T, B, I],
/// what meets a matrix of weights is an axis of values, and its length is the matrix's. Where an operator is not known, the trail ends.
/// </summary>
internal sealed partial class AxisFlow
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, AxisOrigin[]> _values = [];
    private readonly Dictionary<string, AxisOrigin[]> _shapes = [];
    private readonly Dictionary<string, Tensor> _constants;
    private readonly Dictionary<(string Input, int Axis), AxisEvidence> _found = [];
    private readonly Dictionary<(string Input, int Axis), HashSet<long>> _picked = [];
    private readonly List<((string Input, int Axis) A, (string Input, int Axis) B)> _aligned = [];

    private AxisFlow(OnnxGraph graph, IReadOnlyDictionary<string, TensorLayout> layouts)
    {
        _graph = graph;
        foreach ((string input, TensorLayout layout) in layouts)
        {
            if (layout.Values is [var first, ..])
            {
                _numbers[input] = first;
            }
        }
        _constants = new Dictionary<string, Tensor>(graph.Constants);
        foreach (ValueInfoProto input in graph.Inputs.Where(static i => i.Type?.TensorType?.Shape is not null))
        {
            _values[input.Name] = [.. input.Type.TensorType.Shape.Dim.Select((d, axis) => new AxisOrigin(input.Name, axis, d.HasDimValue && d.DimValue is > 0 and <= int.MaxValue ? (int)d.DimValue : -1))];
        }
    }

    /// <summary>Follows the axes of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="layouts">What model.json says of inputs; the first of their values decides branches.</param>
    /// <returns>The trails.</returns>
    public static AxisFlow Follow(OnnxGraph graph, IReadOnlyDictionary<string, TensorLayout> layouts)
    {
        var flow = new AxisFlow(graph, layouts);
        foreach (NodeProto node in graph.Nodes)
        {
            flow.Follow(node);
        }
        flow.FindUnrolled();
        flow.ShareAligned();
        return flow;
    }

    /// <summary>What operators take axes of inputs for; axes that no operator tells are not there.</summary>
    public IReadOnlyDictionary<(string Input, int Axis), AxisEvidence> Found => _found;

    /// <summary>What the axes of an output are made of.</summary>
    /// <param name="output">The output's name.</param>
    /// <returns>An origin for each axis, or null where the trail ended before.</returns>
    public IReadOnlyList<AxisOrigin>? Of(string output) => _values.GetValueOrDefault(output);

    private void Follow(NodeProto node)
    {
        if (FollowShape(node) || node.Output.Count == 0)
        {
            return;
        }
        FollowNumber(node);
        AxisOrigin[]? result = node.OpType switch
        {
            "If" => Branch(node),
            "LSTM" or "GRU" or "RNN" or "DynamicQuantizeLSTM" => Recurrent(node),
            "Scan" => Scan(node),
            "Loop" => Loop(node),
            "MatMul" or "MatMulInteger" or "FusedMatMul" => MatMul(node),
            "Gemm" => Gemm(node),
            "Conv" or "ConvInteger" => Conv(node),
            "MaxPool" or "AveragePool" or "LpPool" => Of(node, 0) is { } x ? [.. x.Take(2), .. x.Skip(2).Select(static a => a with { Length = -1 })] : null,
            "BatchNormalization" or "InstanceNormalization" => Normalized(node, 1),
            "LayerNormalization" => Normalized(node, -1),
            "Einsum" => Einsum(node),
            "Transpose" => Transpose(node),
            "Unsqueeze" => Unsqueeze(node),
            "Squeeze" => Squeeze(node),
            "Reshape" => Reshape(node),
            "Flatten" => Flatten(node),
            "Gather" => Gather(node),
            "Split" => Split(node),
            "Slice" or "Pad" or "Concat" => Of(node) is { } x ? [.. x.Select(static a => a with { Length = -1 })] : null,
            _ when node.OpType.StartsWith("Reduce", StringComparison.Ordinal) || node.OpType is "ArgMax" or "ArgMin" => Reduce(node),
            _ when Elementwise.Contains(node.OpType) => Broadcast(node),
            _ => null,
        };
        if (result is not null)
        {
            _values[node.Output[0]] = result;
        }
    }

    // What keeps the axes of its inputs, broadcast.
    private static readonly HashSet<string> Elementwise =
    [
        "Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "BiasGelu", "BitShift", "Cast", "CastLike", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumSum",
        "DequantizeLinear", "Div", "Dropout", "DynamicQuantizeLinear", "Elu", "Equal", "Erf", "Exp", "Expand", "FastGelu", "Floor", "Gelu", "Greater", "GreaterOrEqual", "HardSigmoid",
        "HardSwish", "Hardmax", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Less", "LessOrEqual", "Log", "LogSoftmax", "Max", "Mean", "Min", "Mish", "Mod", "Mul", "Neg", "Not", "Or",
        "PRelu", "Pow", "QuantizeLinear", "QuickGelu", "Reciprocal", "Relu", "ReverseSequence", "Round", "Scaler", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt",
        "Sub", "Sum", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Trilu", "Where", "Xor",
    ];

    private AxisOrigin[]? Of(NodeProto node, int index) => index < node.Input.Count ? _values.GetValueOrDefault(node.Input[index]) : null;

    private AxisOrigin[]? Of(NodeProto node) => node.Input.Select(i => _values.GetValueOrDefault(i)).FirstOrDefault(static v => v is not null);

    private Tensor? Constant(NodeProto node, int index) => index < node.Input.Count ? _constants.GetValueOrDefault(node.Input[index]) : null;

    private long[]? Integers(NodeProto node, string attribute, int index) =>
        node.Attribute.FirstOrDefault(a => a.Name == attribute)?.Ints.ToArray() ?? Constant(node, index)?.Integers;

    private static long Integer(NodeProto node, string attribute, long otherwise) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.I ?? otherwise;

    // The first operator that says something is believed.
    private void Take(AxisOrigin axis, char role, int length = -1)
    {
        if (axis.IsKnown)
        {
            _found.TryAdd((axis.Input, axis.Axis), new AxisEvidence(role, length));
        }
    }

    private AxisOrigin[]? Broadcast(NodeProto node)
    {
        AxisOrigin[]?[] inputs = [.. node.Input.Select(i => _values.GetValueOrDefault(i))];
        int rank = inputs.Max(static v => v?.Length) ?? -1;
        // As many values as a constant has that meets the last axis: means, scales.
        foreach (AxisOrigin[] x in inputs.OfType<AxisOrigin[]>().Where(static v => v is [.., { IsKnown: true, Length: -1 }]))
        {
            int maxWidth = Enumerable.Range(0, node.Input.Count).Max(n => Constant(node, n)?.Shape is [.., var width] ? width : 0);
            if (maxWidth > 1)
            {
                Take(x[^1], ' ', maxWidth);
            }
        }
        for (int n = 1; n <= rank; n++)
        {
            AxisOrigin[] together = [.. inputs.Where(v => v?.Length >= n).Select(v => v![^n]).Where(static a => a.IsKnown && a.Length != 1)]; // not null: it has the axis
            _aligned.AddRange(together.Skip(1).Select(a => ((together[0].Input, together[0].Axis), (a.Input, a.Axis))));
        }
        return rank < 0 ? null : [.. Enumerable.Range(1, rank).Reverse().Select(n =>
            inputs.Where(v => v?.Length >= n).Select(v => v![^n]).OrderByDescending(static a => a.IsKnown && a.Length != 1).ThenByDescending(static a => a.IsKnown).First())]; // not null: it has the axis
    }

    // Axes that meet in one operator, value by value, are the same axis.
    private void ShareAligned()
    {
        for (int round = 0; round < _graph.Inputs.Count; round++)
        {
            foreach (((string, int) a, (string, int) b) in _aligned)
            {
                foreach (((string, int) from, (string, int) to) in new[] { (a, b), (b, a) })
                {
                    if (_found.TryGetValue(from, out AxisEvidence taken) && taken.Role is 'T' or 'B')
                    {
                        _found.TryAdd(to, taken);
                    }
                }
            }
        }
    }

    // A cell unrolled over a window picks every place of the axis one by one; of columns of values no one picks all, and the last axis is of values.
    private void FindUnrolled()
    {
        foreach (((string input, int axis), HashSet<long> places) in _picked)
        {
            int rank = _values[input].Length;
            if (_values[input][axis].Length is > 1 and var length && places.Count == length && (rank <= 2 || axis < rank - 1) && !_found.Any(f => f.Key.Input == input && f.Value.Role == 'T'))
            {
                _found[(input, axis)] = new AxisEvidence('T', -1, IsGuess: true);
            }
        }
    }
}
