using Lstm.Engine;
using Lstm.Engine.Onnx.Pairing;

namespace Lstm.OnnxRuntime.Backend;

/// <content>Where time and batch lie in the outputs, as runs of other lengths show.</content>
internal sealed partial class Planner
{
    // For each output the axis that grows with T, −1 for none; null where the graph does not run longer sequences.
    private int[]? FindTime(IReadOnlyList<OrtTensor> one, int first)
    {
        if (_length is { } length)
            return [.. one.Select((_, n) => Said(n)?.TimeAxis ?? FindLength(n, one, length))];
        // States go in and out: what does not run or grow over more timesteps at once is stepped.
        int[]? grown = null;
        foreach (var more in (int[])[2, 3, 6])
        {
            if (_trials.TryRun(first + more, 1) is not { } outputs || Grown(one, outputs, first, first + more) is not { } axes || (grown is not null && !grown.SequenceEqual(axes)))
                return null;
            grown = axes;
        }
        return grown;
    }

    // A fixed length shows in no other run: the graph tells where its time goes, or a change at the last timestep, which a recurrence keeps there.
    private int FindLength(int output, IReadOnlyList<OrtTensor> one, int length)
    {
        var shape = one[output].Shape;
        if (_finder.TimeOf(_graph.Outputs[output].Name, _inputs) is { } known)
            return known >= 0 && known < shape.Count && shape[known] == length ? known : -1;
        int[] places = [.. Enumerable.Range(0, shape.Count).Where(axis => shape[axis] == length && length > 1)];
        var input = _inputs.Index().First(static i => i.Item.Time >= 0);
        if (places.Length > 0 && _trials.TryRun(_trials.InputsWithChange(length, 1, input.Index, input.Item.Time, length - 1)) is { } changed)
        {
            int[] shown = [.. places.Where(axis => AxisProbe.Differs(one[output], changed[output], axis, length - 1))];
            if (shown.Length == 1)
                return shown[0];
        }
        return places.Length == 1 && shape.Count > 2 ? places[0] : -1;
    }

    private int[]? FindBatch(IReadOnlyList<OrtTensor> one, int first)
    {
        if (!_inputs.All(static i => i.Roles.Index().Any(r => r.Item == 'B' && i.Lengths[r.Index] < 0)))
            return null;
        try
        {
            var grown = Grown(one, _trials.Run(first, 3), 1, 3);
            return grown is not null && grown.All(static axis => axis >= 0) ? grown : null;
        }
        catch (ModelLoadException)
        {
            return null;
        }
    }

    private static int[]? Grown(IReadOnlyList<OrtTensor> small, IReadOnlyList<OrtTensor> large, int from, int to)
    {
        var grown = new int[small.Count];
        for (var n = 0; n < grown.Length; n++)
        {
            var (before, after) = (small[n].Shape, large[n].Shape);
            if (before.Count != after.Count)
                return null;
            int[] changed = [.. Enumerable.Range(0, before.Count).Where(axis => before[axis] != after[axis])];
            if (changed.Length > 1 || changed.Any(axis => before[axis] != from || after[axis] != to))
                return null;
            grown[n] = changed.Length == 1 ? changed[0] : -1;
        }
        return grown;
    }

    private int NamedBatch(int output)
    {
        if (Said(output)?.BatchAxis is { } said)
            return said;
        var shape = DeclaredShape.Of(_graph.Outputs[output]);
        HashSet<string> names = [.. _graph.Inputs.Select(DeclaredShape.Of).SelectMany((s, n) => _inputs[n].Roles.Index().Where(static r => r.Item == 'B').Select(r => s.NameOf(r.Index))).Where(static n => n.Length > 0)];
        return Enumerable.Range(0, shape.Rank ?? 0).FirstOrDefault(axis => names.Contains(shape.NameOf(axis)), -1);
    }

    private void CheckSaid(PlanTensor[] outputs)
    {
        List<ModelFault> faults = [];
        for (var n = 0; n < outputs.Length; n++)
        {
            var (name, said, shape) = (outputs[n].Name, Said(n), outputs[n].Shape);
            if (said?.TimeAxis is { } time && time != outputs[n].Time)
                faults.Add(new ModelFault("", "", $"The time_axis of '{name}' is given as {time}, but trial runs show {(outputs[n].Time < 0 ? "none" : $"it on axis {outputs[n].Time}")}."));
            if (said?.BatchAxis is { } batch && (batch != outputs[n].Batch || shape[batch] != 1))
                faults.Add(new ModelFault("", "", $"The batch_axis of '{name}' is given as {batch}, but trial runs show the shape [{string.Join(", ", shape)}] for one session."));
        }
        if (faults.Count > 0)
            throw new ModelLoadException(_graph.File.Path, faults);
    }
}
