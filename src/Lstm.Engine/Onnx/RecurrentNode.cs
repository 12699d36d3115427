using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Onnx;

/// <summary>What LSTM, GRU and RNN nodes have in common, read and checked: sizes, weights, functions, start states, outputs.</summary>
internal sealed class RecurrentNode
{
    private const int InputB = 3;
    private const int InputSequenceLens = 4;
    private const int InputInitialH = 5;

    private readonly NodeContext _node;
    private readonly Dim _batch;
    private readonly bool _batchFirst;
    private int _number;

    /// <summary>Reads a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="gates">Gates of the cell: 4, 3 or 1.</param>
    /// <param name="functions">Functions of the cell where the node names none.</param>
    /// <exception cref="NodeFaultException">Something does not fit or cannot be honoured.</exception>
    public RecurrentNode(NodeContext node, int gates, params string[] functions)
    {
        _node = node;
        Gates = gates;
        string direction = node.Attributes.Text("direction", "forward");
        Refuse(direction is not ("forward" or "reverse" or "bidirectional"), $"direction is '{direction}'; expected forward, reverse or bidirectional.");
        Refuse(direction != "forward", $"direction is '{direction}'; it needs the end of the sequence first, so that it cannot be streamed one step at a time.");
        _batchFirst = node.Attributes.Int("layout", 0) switch
        {
            0 => false,
            1 when node.Opset >= 14 => true,
            long layout => throw new NodeFaultException($"layout is {layout}; expected 0, or from opset 14 on 1."),
        };
        X = node.Input(0) as SignalValue ?? throw new NodeFaultException($"X is {node.Input(0).Kind}; expected a value of the step.");
        Dim[] leading = X.Shape.Length == 3 ? (_batchFirst ? [X.Shape[1], X.Shape[0]] : [X.Shape[0], X.Shape[1]]) : [];
        Refuse(
            leading is not [var time, { Size: 1, Symbols: "" or "B" }] || time != Dim.T || !X.Shape[2].IsStatic,
            $"X has shape {Dims.Describe(X.Shape)}; expected {(_batchFirst ? "[B, T, input_size]" : "[T, B, input_size], time first")}.");
        _batch = leading[1];
        InputSize = (int)X.Shape[2].Size;
        ReadWeights();
        float clip = node.Attributes.Float("clip", float.PositiveInfinity);
        Refuse(!(clip > 0), $"clip is {clip}; expected a positive number.");
        Curve[] curves = ActivationNames.Read(node.Attributes, functions);
        Functions = new CellFunctions(curves[0], curves[Math.Min(1, curves.Length - 1)], curves[^1], clip);
        Refuse(node.Optional(InputSequenceLens) is not null, "sequence_lens is given; a stream has no length.");
    }

    /// <summary>Gates of the cell.</summary>
    public int Gates { get; }

    /// <summary>x(t).</summary>
    public SignalValue X { get; }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; private set; }

    /// <summary>[gates·H, I] in the file's order.</summary>
    public float[] W { get; private set; } = [];

    /// <summary>[gates·H, H] in the file's order.</summary>
    public float[] R { get; private set; } = [];

    /// <summary>[gates·H] in the file's order.</summary>
    public float[] Wb { get; private set; } = [];

    /// <summary>[gates·H] in the file's order.</summary>
    public float[] Rb { get; private set; } = [];

    /// <summary>The functions and the clip.</summary>
    public CellFunctions Functions { get; }

    /// <summary>Describes the layer; comes before its states.</summary>
    /// <param name="kind">LSTM, GRU or RNN.</param>
    /// <param name="extra">Parameters beyond weights and one bias a gate.</param>
    /// <returns>The layer's number, from 0.</returns>
    public int AddLayer(string kind, long extra = 0)
    {
        long parameters = Gates * (((long)HiddenSize * (HiddenSize + InputSize)) + HiddenSize);
        _number = _node.Plan.AddRecurrent(new LayerInfo(_node.Name, kind, InputSize, HiddenSize, parameters + extra));
        return _number;
    }

    /// <summary>Adds h or c to the state, with what it starts from.</summary>
    /// <param name="letter">"h" or "c".</param>
    /// <returns>The slot.</returns>
    public StateSlot AddState(string letter)
    {
        int index = InputInitialH + (letter == "c" ? 1 : 0);
        TracedValue? start = _node.Optional(index);
        Refuse(start is SignalValue or ShapeValue, $"initial_{letter} is computed in the step; expected a constant or an input of the graph.");
        Dim one = new(1);
        bool fits = start is null || (start.Shape is [var first, var second, var third]
            && (_batchFirst ? second : first) == one
            && (_batchFirst ? first : second) is { Size: 1, Symbols: "" or "B" }
            && third == new Dim(HiddenSize));
        Refuse(!fits, $"initial_{letter} has shape {Dims.Describe(start?.Shape ?? [])}; expected {(_batchFirst ? $"[B, 1, {HiddenSize}]" : $"[1, B, {HiddenSize}]")}.");
        return _node.Plan.AddState($"layer{_number}.{letter}", HiddenSize, start);
    }

    /// <summary>Reserves room for the gates and makes them visible.</summary>
    /// <param name="letters">Their letters, in the order in which they lie.</param>
    /// <returns>Offset of the first; each is padded to whole vectors.</returns>
    public int AddGates(string letters)
    {
        int padded = VectorWidths.Pad(HiddenSize);
        int offset = _node.Plan.Allocate(letters.Length * padded);
        foreach ((int n, char letter) in letters.Index())
        {
            _node.Plan.AddGate($"layer{_number}.{letter}", HiddenSize, offset + (n * padded));
        }
        return offset;
    }

    /// <summary>Gives the outputs: Y of every step, Y_h and Y_c of the last one.</summary>
    /// <param name="h">The state h.</param>
    /// <param name="c">The state c, if the cell has one.</param>
    public void SetOutputs(StateSlot h, StateSlot? c = null)
    {
        Dim one = new(1);
        Dim hidden = new(HiddenSize);
        Dim[] every = _batchFirst ? [_batch, Dim.T, one, hidden] : [Dim.T, one, _batch, hidden];
        Dim[] last = _batchFirst ? [_batch, one, hidden] : [one, _batch, hidden];
        SignalValue Signal(Dim[] shape, StateSlot slot) => new(shape, X.Type, slot.New) { StateOrigin = [.. Enumerable.Range(slot.Offset, HiddenSize)] };
        _node.Set(0, Signal(every, h));
        _node.Set(1, Signal(last, h) with { LastStep = true });
        if (c is not null)
        {
            _node.Set(2, Signal(last, c) with { LastStep = true });
        }
    }

    /// <summary>A constant input of weights, checked.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="name">Its name in the specification.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <returns>Its values.</returns>
    public float[] Weights(int index, string name, params int[] shape)
    {
        Tensor tensor = _node.Constant(index, name);
        Refuse(!tensor.Shape.SequenceEqual(shape), $"{name} has shape [{string.Join(", ", tensor.Shape)}]; expected [{string.Join(", ", shape)}].");
        Refuse(ElementTypes.IsInteger(tensor.Type), $"{name} is of type {ElementTypes.Name(tensor.Type)}; expected a floating-point type.");
        float[] values = tensor.ToFloats();
        int bad = Array.FindIndex(values, static f => !float.IsFinite(f));
        Refuse(bad >= 0, $"{name} holds a value that is not finite at place {bad}; the weights are damaged.");
        return values;
    }

    private void ReadWeights()
    {
        Tensor r = _node.Constant(2, "R");
        int found = r.Shape is [_, _, var n] ? n : 0;
        long stated = _node.Attributes.Int("hidden_size", found);
        Refuse(
            found < 1 || stated != found,
            $"hidden_size is {stated} but R has shape [{string.Join(", ", r.Shape)}]; expected [1, {(Gates == 1 ? "" : $"{Gates}·")}hidden_size, hidden_size].");
        HiddenSize = found;
        W = Weights(1, "W", 1, Gates * HiddenSize, InputSize);
        R = Weights(2, "R", 1, Gates * HiddenSize, HiddenSize);
        float[] bias = _node.Optional(InputB) is null ? new float[2 * Gates * HiddenSize] : Weights(InputB, "B", 1, 2 * Gates * HiddenSize);
        Wb = bias[..(Gates * HiddenSize)];
        Rb = bias[(Gates * HiddenSize)..];
    }

    private static void Refuse(bool condition, string reason)
    {
        if (condition)
        {
            throw new NodeFaultException(reason);
        }
    }
}
