using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>What users see of a model that runs in ONNX Runtime.</summary>
internal static class Description
{
    /// <summary>Describes it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="plan">How it is run.</param>
    /// <param name="hints">What the file does not say itself.</param>
    /// <param name="notNative">Why it does not run natively.</param>
    /// <param name="longest">The most timesteps of a whole run.</param>
    /// <returns>The description.</returns>
    public static ModelInfo Of(OnnxGraph graph, Plan plan, ModelHints hints, IReadOnlyList<ModelFault> notNative, int longest) => new()
    {
        Path = graph.File.Path,
        Fingerprint = graph.File.Fingerprint,
        Backend = "onnxruntime",
        NotNative = notNative,
        NotStreamable = plan.NotStreamable,
        IsBatchInvariant = false,
        MaxBatch = plan.CanBatch ? int.MaxValue : 1,
        SequenceLength = plan.SequenceLength,
        ShortestSequence = plan.ShortestSequence,
        LongestSequence = plan.RunsSequences ? longest : int.MaxValue,
        Producer = graph.File.Producer,
        Opset = graph.File.Opset,
        Inputs = [.. plan.X.Select(s => Port(plan.Inputs[s.Tensor], s, hints))],
        SessionInputs = [.. plan.OnceGiven.Select(n => plan.Inputs[n]).Select(t => new TensorInfo(t.Name, t.ElementType, [.. t.Shape.Where((_, axis) => axis != t.Batch)]) { Axes = t.Axes, BatchAxis = t.Batch, Notes = hints.Tensors.GetValueOrDefault(t.Name) })],
        Remarks = plan.Remarks,
        RunsDiffer = plan.RunsDiffer,
        Outputs = [.. plan.Y.Select(s => Port(plan.Outputs[s.Tensor], s, hints) with { EveryStep = !plan.RunsSequences || plan.Outputs[s.Tensor].Time >= 0 })],
        Layers = [.. graph.Nodes.Select(n => Layer(graph, n)).OfType<LayerInfo>()],
        States = [.. plan.States.Select(static s => new NamedSlice(s.Name, s.Into.Offset, s.Shape, s.IsInteger ? s.ElementType : "float32"))],
        Gates = [],
        ParameterCount = graph.Constants.Values.Where(static t => t.Floats is not null).Sum(static t => (long)t.Count),
        StatePairs = [.. plan.Links.Zip(plan.States, (l, s) => Pair(l, s, plan.Inputs[s.Into.Tensor]))],
        FrameContext = hints.FrameContext,
    };

    private static StatePair Pair(StateLink link, StateSlot slot, PlanTensor input) => new(link.Input, link.Output, link.Found)
    {
        Places = [.. Enumerable.Range(0, slot.Into.Size).Select(n => slot.Into.Offset + (n * (slot.IsInteger ? IntegerWords.PerInteger : 1)))],
        Shape = input.Shape,
        BatchAxis = input.Batch,
    };

    private static TensorInfo Port(PlanTensor tensor, Slot slot, ModelHints hints)
    {
        IReadOnlyList<int> shape = slot.Piece is null ? tensor.StepShape : [.. tensor.StepShape.SkipLast(1), slot.Piece.Length];
        return new TensorInfo(tensor.Name, tensor.ElementType, shape) { Axes = tensor.Axes, TimeAxis = tensor.Time, BatchAxis = tensor.Batch, IsWide = slot.Exact >= 0, Notes = hints.Tensors.GetValueOrDefault(tensor.Name), Values = hints.Layouts.GetValueOrDefault(tensor.Name)?.Values ?? [] };
    }

    private static LayerInfo? Layer(OnnxGraph graph, NodeProto node)
    {
        int gates = node.OpType switch { "LSTM" => 4, "GRU" => 3, "RNN" => 1, _ => 0 };
        if (gates == 0 || node.Input.Count < 3 || graph.Constants.GetValueOrDefault(node.Input[1])?.Shape is not [_, _, var inputs] || graph.Constants.GetValueOrDefault(node.Input[2])?.Shape is not [_, _, var hidden])
            return null;
        var direction = node.Attribute.FirstOrDefault(static a => a.Name == "direction")?.S?.ToStringUtf8() ?? "forward";
        return new LayerInfo(OnnxGraph.NameOf(node), node.OpType, inputs, hidden, gates * ((hidden * ((long)hidden + inputs)) + hidden)) { Direction = direction };
    }
}
