using Lstm.Engine.Onnx.Pairing;

namespace Lstm.Engine.Onnx.Axes;

/// <summary>Checks what model.json says of axes against the graph.</summary>
internal static class LayoutCheck
{
    /// <summary>What does not fit.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="layouts">What is said.</param>
    /// <param name="flow">What operators take axes for.</param>
    /// <returns>The faults.</returns>
    public static IEnumerable<ModelFault> Find(
        OnnxGraph graph, IReadOnlyDictionary<string, TensorLayout> layouts, IReadOnlyDictionary<(string Input, int Axis), AxisEvidence> flow) =>
        layouts.SelectMany(l => Check(l.Key, l.Value, graph)).Concat(layouts.SelectMany(l => Compare(l.Key, l.Value, flow)));

    private static IEnumerable<ModelFault> Check(string name, TensorLayout said, OnnxGraph graph)
    {
        DeclaredShape? input = graph.Inputs.FirstOrDefault(i => i.Name == name) is { } found ? DeclaredShape.Of(found) : null;
        int? rank = input is not null ? input.Rank : graph.Outputs.FirstOrDefault(o => o.Name == name) is { } output ? DeclaredShape.Of(output).Rank ?? int.MaxValue : null;
        if (rank is not { } most)
        {
            yield return new ModelFault("", "", $"Axes are given for '{name}', but the graph has no such input or output.");
            yield break;
        }
        foreach ((string role, int? axis) in new[] { ("time_axis", said.TimeAxis), ("batch_axis", said.BatchAxis) })
        {
            if (axis is { } wrong && (wrong < 0 || wrong >= most))
            {
                yield return new ModelFault("", "", $"The {role} of '{name}' is {wrong}; expected 0 to {most - 1}, one of its axes.");
            }
        }
        if (said.TimeAxis is not null && said.TimeAxis == said.BatchAxis)
        {
            yield return new ModelFault("", "", $"The time_axis and the batch_axis of '{name}' are both {said.TimeAxis}; expected two axes.");
        }
        if (said.Shape is not null && input is null)
        {
            yield return new ModelFault("", "", $"A shape is given for the output '{name}'; expected it for inputs only.");
        }
        else if (said.Shape is { } shape && (shape.Count != most || shape.Where((n, axis) => n < 1 || (input?.Length(axis) is { } length && length != n)).Any()))
        {
            yield return new ModelFault("", "", $"The shape of '{name}' is given as [{string.Join(", ", shape)}], but the file says {input}.");
        }
    }

    // What a recurrent node takes for time or batch is no matter of opinion.
    private static IEnumerable<ModelFault> Compare(string name, TensorLayout said, IReadOnlyDictionary<(string Input, int Axis), AxisEvidence> flow)
    {
        foreach ((string field, char role, int? axis) in new[] { ("time_axis", 'T', said.TimeAxis), ("batch_axis", 'B', said.BatchAxis) })
        {
            int[] taken = [.. flow.Where(f => f.Key.Input == name && f.Value.Role == role && !f.Value.IsGuess).Select(static f => f.Key.Axis)];
            if (axis is { } stated && taken.Length > 0 && !taken.Contains(stated))
            {
                yield return new ModelFault("", "", $"The {field} of '{name}' is given as {stated}, but the recurrent node that it goes into takes axis {taken[0]} for it.");
            }
        }
    }
}
