using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Onnx;

/// <summary>What LSTM, GRU and RNN nodes have in common, read and checked: sizes, directions, weights, functions, start states, outputs.</summary>
internal sealed class RecurrentNode
{
    private const int InputB = 3;
    private const int InputSequenceLens = 4;

    private readonly NodeContext _node;
    private readonly Dim _time;
    private readonly Dim _batch;
    private readonly int? _mask;
    private readonly List<(StateSlot H, StateSlot? C)> _states = [];
    private readonly List<int> _outputs = [];

    /// <summary>Reads a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="kind">LSTM, GRU or RNN.</param>
    /// <param name="gates">Gates of the cell: 4, 3 or 1.</param>
    /// <param name="functions">Functions of the cell where the node names none.</param>
    /// <exception cref="NodeFaultException">Something does not fit or cannot be honoured.</exception>
    public RecurrentNode(NodeContext node, string kind, int gates, params string[] functions)
    {
        _node = node;
        Kind = kind;
        Gates = gates;
        string direction = node.Attributes.Text("direction", "forward");
        bool[] reverse = direction switch
        {
            "forward" => [false],
            "reverse" => [true],
            "bidirectional" => [false, true],
            _ => throw NodeFaultException.Wrong($"direction is '{direction}'; expected forward, reverse or bidirectional."),
        };
        BatchFirst = node.Attributes.Int("layout", 0) switch
        {
            0 => false,
            1 when node.Opset >= 14 => true,
            long layout => throw NodeFaultException.Wrong($"layout is {layout}; expected 0, or from opset 14 on 1."),
        };
        X = node.Signal(0, "X");
        Dim[] leading = X.Shape.Length == 3 ? (BatchFirst ? [X.Shape[1], X.Shape[0]] : [X.Shape[0], X.Shape[1]]) : [];
        RecurrentDirection.Refuse(
            leading is not [var time, { Size: 1, Symbols: "" or "B" }] || (time != Dim.T && !(time.IsOne && node.Plan.Depth > 0)) || !X.Shape[2].IsStatic,
            $"X has shape {Dims.Describe(X.Shape)}; expected {(BatchFirst ? "[B, T, input_size]" : "[T, B, input_size], time first")}.");
        _time = leading[0];
        IsFunction = _time != Dim.T && (node.HasTimeAxis || Enumerable.Range(5, 2).Any(n => node.Start(n, isCarried: true) is SignalValue));
        _batch = leading[1];
        InputSize = (int)X.Shape[2].Size;
        HiddenSize = ReadHiddenSize(reverse.Length);
        float clip = node.Attributes.Float("clip", float.PositiveInfinity);
        RecurrentDirection.RefuseWrong(!(clip > 0), $"clip is {clip}; expected a positive number.");
        string[] repeated = [.. Enumerable.Repeat(functions, reverse.Length).SelectMany(static f => f)];
        Curve[] curves = ActivationNames.Read(node.Attributes, repeated);
        float[] w = Weights(1, "W", reverse.Length, gates * HiddenSize, InputSize);
        float[] r = Weights(2, "R", reverse.Length, gates * HiddenSize, HiddenSize);
        float[] bias = node.Optional(InputB) is null ? new float[reverse.Length * 2 * gates * HiddenSize] : Weights(InputB, "B", reverse.Length, 2 * gates * HiddenSize);
        _mask = ReadSequenceLens();
        Directions = [.. reverse.Select((isReverse, n) => new RecurrentDirection(this, n, isReverse)
        {
            W = PartOf(w, n, reverse.Length),
            R = PartOf(r, n, reverse.Length),
            Wb = PartOf(bias, 2 * n, 2 * reverse.Length),
            Rb = PartOf(bias, (2 * n) + 1, 2 * reverse.Length),
            Functions = FunctionsOf(curves.AsSpan(n * functions.Length, functions.Length), clip),
        })];
        if (direction != "forward" && !node.Plan.IsWhole && !IsFunction)
        {
            throw NodeFaultException.NotStreamable($"direction is '{direction}'; it needs the end of the sequence first, so that it cannot be streamed one step at a time.");
        }
    }

    /// <summary>LSTM, GRU or RNN.</summary>
    public string Kind { get; }

    /// <summary>
    /// Whether the node does one step of a recurrence that the graph around it carries: it takes states and gives the next ones, and keeps none.
    /// </summary>
    public bool IsFunction { get; }

    /// <summary>Gates of the cell.</summary>
    public int Gates { get; }

    /// <summary>x(t).</summary>
    public SignalValue X { get; }

    /// <summary>Whether the batch comes before time and directions.</summary>
    public bool BatchFirst { get; }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>One cell a direction, forward first.</summary>
    public IReadOnlyList<RecurrentDirection> Directions { get; }

    /// <summary>The node.</summary>
    public NodeContext Node => _node;

    /// <summary>A constant input of weights, checked.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="name">Its name in the specification.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <returns>Its values.</returns>
    public float[] Weights(int index, string name, params int[] shape)
    {
        Tensor tensor = _node.Constant(index, name);
        RecurrentDirection.RefuseWrong(!tensor.Shape.SequenceEqual(shape), $"{name} has shape [{string.Join(", ", tensor.Shape)}]; expected [{string.Join(", ", shape)}].");
        RecurrentDirection.RefuseWrong(ElementTypes.IsInteger(tensor.Type), $"{name} is of type {ElementTypes.Name(tensor.Type)}; expected a floating-point type.");
        float[] values = tensor.ToFloats();
        int bad = Array.FindIndex(values, static f => !float.IsFinite(f));
        RecurrentDirection.RefuseWrong(bad >= 0, $"{name} holds a value that is not finite at place {bad}; the weights are damaged.");
        return values;
    }

    /// <summary>The part of a tensor that belongs to one direction.</summary>
    /// <param name="all">All values.</param>
    /// <param name="part">Number of the part.</param>
    /// <param name="parts">How many there are.</param>
    /// <returns>Its values.</returns>
    public static float[] PartOf(float[] all, int part, int parts) => all[(part * (all.Length / parts))..((part + 1) * (all.Length / parts))];

    /// <summary>Ends the recurrence of one direction and notes what it leaves.</summary>
    /// <param name="h">The state h.</param>
    /// <param name="c">The state c, if the cell has one.</param>
    public void End(StateSlot h, StateSlot? c = null)
    {
        if (IsFunction)
        {
            RecurrentDirection.Refuse(_mask is not null, "sequence_lens is given for a single timestep.");
            _node.Plan.EndRecurrence([]);
            _states.Add((h, c));
            _outputs.Add(h.New);
            return;
        }
        LengthMask? mask = _mask is { } length ? new LengthMask(length, h.New, _node.Plan.Allocate(HiddenSize), HiddenSize) : null;
        _node.Plan.EndRecurrence(c is null ? [h] : [h, c], h.Reverse, mask);
        _states.Add((h, c));
        _outputs.Add(mask?.Y ?? h.New);
    }

    /// <summary>Gives the outputs: Y of every step, Y_h and Y_c of the last one (of the first one in reverse).</summary>
    public void SetOutputs()
    {
        Dim one = new(1);
        Dim hidden = new(HiddenSize);
        Dim[] every = BatchFirst ? [_batch, _time, one, hidden] : [_time, one, _batch, hidden];
        Dim[] last = BatchFirst ? [_batch, one, hidden] : [one, _batch, hidden];
        if (_node.HasOutput(0))
        {
            Join(0, [.. _states.Select((s, n) => Signal(every, s.H) with { Offset = _outputs[n] })], BatchFirst ? 2 : 1);
        }
        if (_node.HasOutput(1))
        {
            Join(1, [.. _states.Select(s => Final(last, s.H))], BatchFirst ? 1 : 0);
        }
        if (_node.HasOutput(2) && _states.All(static s => s.C is not null))
        {
            Join(2, [.. _states.Select(s => Final(last, s.C!))], BatchFirst ? 1 : 0); // all have one
        }
    }

    private void Join(int output, SignalValue[] directions, int axis) =>
        _node.Set(output, directions.Length == 1 ? directions[0] : Movement.Concatenate(_node.Plan, directions, axis));

    private SignalValue Signal(Dim[] shape, StateSlot slot) => new(shape, X.Type, slot.New)
    {
        StateOrigin = IsFunction ? null : [.. Enumerable.Range(slot.Offset, HiddenSize)],
    };

    // The state after the last step that ran: in reverse that of the first timestep.
    private SignalValue Final(Dim[] shape, StateSlot slot)
    {
        SignalValue final = Signal(shape, slot) with { LastStep = _time == Dim.T };
        return slot.Reverse && !IsFunction ? Movement.FromFirstTimestep(_node.Plan, final) : final;
    }

    private int ReadHiddenSize(int directions)
    {
        Tensor r = _node.Constant(2, "R");
        int found = r.Shape is [_, _, var n] ? n : 0;
        long stated = _node.Attributes.Int("hidden_size", found);
        RecurrentDirection.RefuseWrong(
            found < 1 || stated != found,
            $"hidden_size is {stated} but R has shape [{string.Join(", ", r.Shape)}]; expected [{directions}, {(Gates == 1 ? "" : $"{Gates}·")}hidden_size, hidden_size].");
        return found;
    }

    // Offset of the length in a row; null when every sequence is as long as it is.
    private int? ReadSequenceLens()
    {
        switch (_node.Optional(InputSequenceLens))
        {
            case null:
            case ShapeValue shape when shape.Elements.All(static e => e == Dim.T):
            case ConstantValue constant when constant.Tensor.Integers is { } all && Array.TrueForAll(all, n => _node.Plan.TryTakeForLength(n)):
                return null;
            case SignalValue { LastStep: true } when !_node.Plan.IsWhole:
                throw NodeFaultException.NotStreamable("sequence_lens is computed from the whole sequence; a stream does not know yet how it ends.");
            case not null when !_node.Plan.IsWhole:
                throw NodeFaultException.NotStreamable("sequence_lens is given; a stream has no length.");
            case { } lengths when Dims.Count(lengths.Shape) == 1 && !Dims.HasTime(lengths.Shape):
                SignalValue signal = Movement.ToSignal(_node.Plan, lengths);
                if (signal.LastStep)
                {
                    // A count over all timesteps; before the last one it is a count so far.
                    return Movement.ToEveryTimestep(_node.Plan, signal).Offset;
                }
                _node.Plan.LengthPlaces.UnionWith(signal.InputOrigin ?? []);
                return signal.Offset;
            case { } lengths:
                throw NodeFaultException.Wrong($"sequence_lens has shape {Dims.Describe(lengths.Shape)}; expected [B].");
        }
    }

    private static CellFunctions FunctionsOf(ReadOnlySpan<Curve> curves, float clip) => new(curves[0], curves[Math.Min(1, curves.Length - 1)], curves[^1], clip);
}
