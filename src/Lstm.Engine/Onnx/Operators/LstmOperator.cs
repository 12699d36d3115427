using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// LSTM, opset 7 on, forward. Inputs X [T, B, I], W [1, 4H, I], R [1, 4H, H], B [1, 8H], initial_h and initial_c [1, B, H];
/// outputs Y [T, 1, B, H], Y_h and Y_c [1, B, H]. Refused: reverse and bidirectional, clip, input_forget, peepholes,
/// sequence_lens, other activations than σ, tanh, tanh, layout 1.
/// </summary>
internal sealed class LstmOperator : Operator
{
    private const int InputB = 3;
    private const int InputSequenceLens = 4;
    private const int InputInitialH = 5;
    private const int InputInitialC = 6;
    private const int InputP = 7;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["LSTM"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        CheckAttributes(node);
        SignalValue x = node.Input(0) as SignalValue ?? throw new NodeFaultException($"X is {node.Input(0).Kind}; expected a value of the step.");
        if (x.Shape is not [var time, var batch, { IsStatic: true } inputs] || time != Dim.T || batch is not { Size: 1, Symbols: "" or "B" })
        {
            throw new NodeFaultException($"X has shape {Dims.Describe(x.Shape)}; expected [T, B, input_size], time first.");
        }
        int inputSize = (int)inputs.Size;
        Tensor w = node.Constant(1, "W");
        Tensor r = node.Constant(2, "R");
        int hiddenSize = HiddenSize(node, r);
        CheckShape("W", w, [1, LstmWeights.Gates * hiddenSize, inputSize]);
        CheckShape("R", r, [1, LstmWeights.Gates * hiddenSize, hiddenSize]);
        float[] bias = new float[LstmWeights.Gates * hiddenSize];
        if (node.Optional(InputB) is not null)
        {
            Tensor b = node.Constant(InputB, "B");
            CheckShape("B", b, [1, 2 * LstmWeights.Gates * hiddenSize]);
            float[] both = b.ToFloats();
            bias = GateOrder.Reorder([.. bias.Select((_, n) => both[n] + both[n + bias.Length])], GateOrder.LstmInOnnx);
        }
        AddLayer(node, x, inputSize, hiddenSize, w.ToFloats(), r.ToFloats(), bias, batch);
    }

    private static void AddLayer(NodeContext node, SignalValue x, int inputSize, int hiddenSize, float[] w, float[] r, float[] bias, Dim batch)
    {
        StepPlanner plan = node.Plan;
        TracedValue? startH = Start(node, InputInitialH, "initial_h", hiddenSize);
        TracedValue? startC = Start(node, InputInitialC, "initial_c", hiddenSize);
        long parameters = LstmWeights.Gates * (((long)hiddenSize * (hiddenSize + inputSize)) + hiddenSize);
        int number = plan.AddRecurrent(new LayerInfo(node.Name, "LSTM", inputSize, hiddenSize, parameters));
        StateSlot h = plan.AddState($"layer{number}.h", hiddenSize, startH);
        StateSlot c = plan.AddState($"layer{number}.c", hiddenSize, startC);
        int padded = VectorWidths.Pad(hiddenSize);
        int gates = plan.Allocate(LstmWeights.Gates * padded);
        foreach ((int n, char gate) in "ifgo".Index())
        {
            plan.AddGate($"layer{number}.{gate}", hiddenSize, gates + (n * padded));
        }
        int joined = plan.Allocate(inputSize + hiddenSize);
        int sums = plan.Allocate(LstmWeights.Gates * padded);
        var at = new LstmRow(x.Offset, h.Old, c.Old, joined, sums, h.New, c.New, gates);
        plan.Add(() => new LstmLayerSpec(
            new LstmWeights(inputSize, hiddenSize, GateOrder.Reorder(w, GateOrder.LstmInOnnx), GateOrder.Reorder(r, GateOrder.LstmInOnnx), bias), at));

        int[] origin(StateSlot slot) => [.. Enumerable.Range(slot.Offset, hiddenSize)];
        Dim[] last = [new Dim(1), batch, new Dim(hiddenSize)];
        node.Set(0, new SignalValue([Dim.T, .. last], x.Type, h.New) { StateOrigin = origin(h) });
        node.Set(1, new SignalValue(last, x.Type, h.New) { StateOrigin = origin(h), LastStep = true });
        node.Set(2, new SignalValue(last, x.Type, c.New) { StateOrigin = origin(c), LastStep = true });
    }

    private static void CheckAttributes(NodeContext node)
    {
        NodeAttributes a = node.Attributes;
        Refuse(a.Text("direction", "forward") != "forward", $"direction is '{a.Text("direction", "")}'; only 'forward' can be streamed.");
        Refuse(a.Has("clip"), "clip is set, which is not supported.");
        Refuse(a.Int("input_forget", 0) != 0, "input_forget is set, which is not supported.");
        Refuse(a.Int("layout", 0) != 0, "layout is 1, which is not supported; expected 0, time first.");
        Refuse(a.Has("activation_alpha") || a.Has("activation_beta"), "activation_alpha or activation_beta is set, which is not supported.");
        string[] activations = a.Texts("activations") ?? ["Sigmoid", "Tanh", "Tanh"];
        Refuse(
            !activations.SequenceEqual(["Sigmoid", "Tanh", "Tanh"], StringComparer.OrdinalIgnoreCase),
            $"activations are {string.Join(", ", activations)}; expected Sigmoid, Tanh, Tanh.");
        Refuse(node.Optional(InputSequenceLens) is not null, "sequence_lens is given; a stream has no length.");
        Refuse(node.Optional(InputP) is not null, "peephole weights (P) are given, which are not supported.");
    }

    private static int HiddenSize(NodeContext node, Tensor r)
    {
        int found = r.Shape is [_, _, var n] ? n : 0;
        long stated = node.Attributes.Int("hidden_size", found);
        Refuse(found < 1 || stated != found, $"hidden_size is {stated} but R has shape [{string.Join(", ", r.Shape)}]; expected [1, 4·hidden_size, hidden_size].");
        return found;
    }

    private static TracedValue? Start(NodeContext node, int index, string name, int hiddenSize)
    {
        TracedValue? value = node.Optional(index);
        Refuse(value is SignalValue or ShapeValue, $"{name} is computed in the step; expected a constant or an input of the graph.");
        bool fits = value is null || (value.Shape is [{ IsStatic: true, Size: 1 }, { Size: 1, Symbols: "" or "B" }, { IsStatic: true } size] && size.Size == hiddenSize);
        Refuse(!fits, $"{name} has shape {Dims.Describe(value?.Shape ?? [])}; expected [1, B, {hiddenSize}].");
        return value;
    }

    private static void CheckShape(string name, Tensor tensor, int[] expected)
    {
        Refuse(!tensor.Shape.SequenceEqual(expected), $"{name} has shape [{string.Join(", ", tensor.Shape)}]; expected [{string.Join(", ", expected)}].");
        int bad = Array.FindIndex(tensor.ToFloats(), static f => !float.IsFinite(f));
        Refuse(bad >= 0, $"{name} holds a value that is not finite at place {bad}; the weights are damaged.");
    }

    private static void Refuse(bool condition, string reason)
    {
        if (condition)
        {
            throw new NodeFaultException(reason);
        }
    }
}
