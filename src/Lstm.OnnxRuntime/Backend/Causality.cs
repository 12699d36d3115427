using Lstm.Engine;
using Lstm.Engine.Onnx;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Whether timesteps one by one, the state carried from one to the next, give what the whole sequence gives.</summary>
/// <param name="graph">The graph.</param>
/// <param name="trials">Runs it.</param>
/// <param name="plan">How it is stepped.</param>
internal sealed class Causality(OnnxGraph graph, Trials trials, Plan plan)
{
    private const int Length = 3;

    // Float32 in another order of summation stays far below; a value that depends on other timesteps does not.
    private const float Tolerance = 1e-3f;

    private static readonly HashSet<string> ShapedByValues = ["NonZero", "Compress", "Unique", "Range", "ConstantOfShape", "Loop", "Scan", "If", "NonMaxSuppression", "SplitToSequence", "ConcatFromSequence"];
    private static readonly HashSet<string> ShapedByFurtherInputs = ["Expand", "Reshape", "Tile", "Slice", "Pad", "Resize", "OneHot", "TopK", "Upsample"];

    // Where a run chooses the scale of 8-bit numbers from all of its timesteps, single steps round otherwise, by some 1/255 in each operator.
    private const float QuantizedTolerance = 0.05f;

    private static readonly HashSet<string> Quantizing = ["DynamicQuantizeLinear", "DynamicQuantizeLSTM", "DynamicQuantizeMatMul"];

    private readonly float _tolerance = QuantizesPerRun(graph) ? QuantizedTolerance : Tolerance;

    /// <summary>Whether a run chooses the scale of 8-bit numbers from all of its values, so that it rounds otherwise than others.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>True when one of its operators does.</returns>
    public static bool QuantizesPerRun(OnnxGraph graph) => graph.Nodes.Any(static n => Quantizing.Contains(n.OpType));

    /// <summary>Compares.</summary>
    /// <returns>What speaks against it: operators and reasons; empty when nothing does.</returns>
    public IReadOnlyList<ModelFault> Check()
    {
        if (!plan.RunsSequences && !HasOpenTime())
            return [];
        ModelFault[] faults = [.. FindNodes()];
        return faults.Length > 0 || !plan.RunsSequences ? faults : Compare();
    }

    // Made-up inputs may not run as a sequence (a mask of fractions counts too many timesteps), but others will.
    private bool HasOpenTime() => plan.Inputs.Index().Any(i => i.Item.Time >= 0 && graph.Inputs[i.Index].Type.TensorType.Shape.Dim is { } axes && i.Item.Time < axes.Count && !axes[i.Item.Time].HasDimValue);

    private IEnumerable<ModelFault> FindNodes()
    {
        HashSet<string> inputs = [.. graph.Inputs.Select(static i => i.Name)];
        foreach (var node in graph.Nodes.Where(static n => n.OpType is "LSTM" or "GRU" or "RNN" or "DynamicQuantizeLSTM"))
        {
            var direction = node.Attribute.FirstOrDefault(static a => a.Name == "direction")?.S?.ToStringUtf8() ?? "forward";
            if (!direction.Equals("forward", StringComparison.OrdinalIgnoreCase))
                yield return new ModelFault(OnnxGraph.NameOf(node), node.OpType, $"its direction is {direction}: it needs the last timestep before the first result.");
            if (node.Input.Count > 4 && inputs.Contains(node.Input[4]))
                yield return new ModelFault(OnnxGraph.NameOf(node), node.OpType, $"its sequence_lens is the input '{node.Input[4]}': it counts timesteps of a whole sequence.");
            else if (node.Input.Count > 4 && node.Input[4].Length > 0 && OriginOf(node.Input[4], inputs) is { } origin)
                yield return new ModelFault(OnnxGraph.NameOf(node), node.OpType, $"its sequence_lens is computed from the values of the input '{origin}': it counts timesteps of a whole sequence.");
        }
    }

    // An input whose values, not its shape alone, go into a value; null when there is none.
    private string? OriginOf(string value, HashSet<string> inputs)
    {
        var seen = new HashSet<(string, bool)>();
        var open = new Queue<(string Name, bool ShapeOnly)>([(value, false)]);
        while (open.TryDequeue(out var at))
        {
            if (inputs.Contains(at.Name) && !at.ShapeOnly)
                return at.Name;
            if (graph.Nodes.FirstOrDefault(n => n.Output.Contains(at.Name)) is not { } producer)
                continue;
            foreach (var (n, source) in OnnxGraph.Reads(producer).Index())
            {
                // A shape hangs on values where an operator takes it from them: what is not 0, a range up to a number, a shape as an input.
                var shapeOnly = producer.OpType is "Shape" or "Size" || (at.ShapeOnly && !ShapedByValues.Contains(producer.OpType) && (n == 0 || !ShapedByFurtherInputs.Contains(producer.OpType)));
                if (seen.Add((source, shapeOnly)))
                    open.Enqueue((source, shapeOnly));
            }
        }
        return null;
    }

    private IReadOnlyList<ModelFault> Compare()
    {
        var together = trials.Inputs(Length, 1);
        var whole = trials.Run(together);
        OrtTensor[] inputs = [.. together];
        for (var t = 0; t < Length; t++)
        {
            for (var n = 0; n < inputs.Length; n++)
            {
                if (plan.Inputs[n].Time >= 0)
                    inputs[n] = Take(together[n], plan.Inputs[n], t);
            }
            var outputs = trials.Run(inputs);
            for (var n = 0; n < outputs.Count; n++)
            {
                var expected = plan.Outputs[n].Time >= 0 ? Take(whole[n], plan.Outputs[n], t) : t == Length - 1 ? whole[n] : null;
                if (expected is not null && Differ(expected.ToDoubles(), outputs[n].ToDoubles()) is { } worst)
                    return [new ModelFault("", "", $"The output '{plan.Outputs[n].Name}' of timestep {t} differs by {worst:G3} between a run over {Length} timesteps and {t + 1} single steps with carried state: the graph needs more of other timesteps than its states carry.")];
            }
            foreach (var state in plan.States.Where(static s => !s.IsFromInput))
                inputs[state.Into.Tensor] = Carry(outputs[state.From.Tensor], state);
        }
        return [];
    }

    private OrtTensor Carry(OrtTensor output, StateSlot state)
    {
        var (from, into) = (plan.Outputs[state.From.Tensor], plan.Inputs[state.Into.Tensor]);
        return new OrtTensor(into.ShapeOf(1, 1), OrtValues.Pick(output.Values, from.Map(-1, 1, state.From.Piece), 0));
    }

    private static OrtTensor Take(OrtTensor whole, PlanTensor tensor, int t) =>
        new(tensor.ShapeOf(1, 1), OrtValues.Pick(whole.Values, tensor.Map(tensor.Time, Length), t * tensor.Stride(tensor.Time)));

    private double? Differ(double[] a, double[] b)
    {
        var scale = Math.Max(1e-3, a.Concat(b).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
        double worst = a.Zip(b).Select(static p => p.First.Equals(p.Second) ? 0 : Math.Abs(p.First - p.Second)).DefaultIfEmpty(0).Max();
        return worst <= _tolerance * scale ? null : worst;
    }
}
