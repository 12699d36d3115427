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

    /// <summary>Compares.</summary>
    /// <returns>What speaks against it: operators and reasons; empty when nothing does.</returns>
    public IReadOnlyList<ModelFault> Check()
    {
        if (!plan.RunsSequences)
            return [];
        ModelFault[] faults = [.. FindNodes()];
        return faults.Length > 0 ? faults : Compare();
    }

    private IEnumerable<ModelFault> FindNodes()
    {
        HashSet<string> inputs = [.. graph.Inputs.Select(static i => i.Name)];
        foreach (var node in graph.Nodes.Where(static n => n.OpType is "LSTM" or "GRU" or "RNN"))
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
        var seen = new HashSet<string> { value };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out string? name))
        {
            if (inputs.Contains(name))
                return name;
            var producer = graph.Nodes.FirstOrDefault(n => n.Output.Contains(name));
            if (producer is not null and not { OpType: "Shape" or "Size" })
            {
                foreach (string source in OnnxGraph.Reads(producer).Where(seen.Add))
                    open.Enqueue(source);
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

    private static double? Differ(double[] a, double[] b)
    {
        var scale = Math.Max(1e-3, a.Concat(b).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
        double worst = a.Zip(b).Select(static p => p.First.Equals(p.Second) ? 0 : Math.Abs(p.First - p.Second)).DefaultIfEmpty(0).Max();
        return worst <= Tolerance * scale ? null : worst;
    }
}
