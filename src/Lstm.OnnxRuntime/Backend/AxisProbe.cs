using Lstm.Engine;
using Lstm.Engine.Onnx.Axes;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>
/// Whether the places along an axis know of each other, as trial runs show: one place is changed, and along a batch nothing but its own row of every
/// output may differ, while a recurrence hands the change on.
/// </summary>
internal sealed class AxisProbe
{
    // The second place: a change at the last one would not show along time, nor one at the first if the graph runs backward.
    private const int Place = 1;
    private const double Tolerance = 1e-7;

    // Graphs may need a few timesteps before they give anything.
    private static readonly int[] Lengths = [4, 9, 32, 64, 256, 512];

    private readonly Trials _trials;
    private readonly int _length;
    private readonly IReadOnlyList<OrtTensor>? _base;

    /// <summary>Runs the graph once, unchanged.</summary>
    /// <param name="model">The graph in ONNX Runtime.</param>
    /// <param name="inputs">Its inputs; those of open axes that are not known are made as long as T and B.</param>
    /// <param name="layouts">What model.json says.</param>
    /// <param name="budget">The load that it is done for.</param>
    public AxisProbe(OrtModel model, IReadOnlyList<InputAxes> inputs, IReadOnlyDictionary<string, TensorLayout> layouts, LoadBudget budget)
    {
        InputAxes[] open = [.. inputs.Select(static i => i with { Roles = [.. i.Roles.Select(static r => r == '?' ? 'T' : r)] })];
        _trials = new Trials(model, open, layouts, budget);
        foreach (var length in Lengths)
        {
            if (_trials.TryRun(length, length) is { } outputs)
            {
                (_length, _base) = (length, outputs);
                return;
            }
        }
    }

    /// <summary>What a change along an axis shows.</summary>
    /// <param name="input">The input.</param>
    /// <param name="axis">Its axis.</param>
    /// <returns>B when each place goes its own way, T when places know of each other, ? when that does not show.</returns>
    public char RoleOf(int input, int axis)
    {
        if (_base is null)
            return '?';
        if (_trials.TryRun(_trials.InputsWithChange(_length, _length, input, axis, Place)) is not { } changed)
            return '?';
        var role = '?';
        for (var n = 0; n < _base.Count; n++)
        {
            if (!_base[n].Shape.SequenceEqual(changed[n].Shape))
                return '?';
            if (Differences(_base[n].ToDoubles(), changed[n].ToDoubles()).Count == 0)
                continue;
            if (!Enumerable.Range(0, _base[n].Shape.Count).Any(a => _base[n].Shape[a] == _length && Differs(_base[n], changed[n], a, Place)))
                return 'T';
            role = 'B';
        }
        return role;
    }

    /// <summary>Whether two outputs differ, and at one place of an axis only.</summary>
    /// <param name="before">One.</param>
    /// <param name="after">The other.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="place">The place.</param>
    /// <returns>True when they do.</returns>
    public static bool Differs(OrtTensor before, OrtTensor after, int axis, int place)
    {
        var inner = before.Shape.Skip(axis + 1).Aggregate(1L, static (product, n) => product * n);
        var places = before.Shape.SequenceEqual(after.Shape) ? Differences(before.ToDoubles(), after.ToDoubles()) : [];
        return places.Count > 0 && places.TrueForAll(p => p / inner % before.Shape[axis] == place);
    }

    private static List<int> Differences(double[] before, double[] after)
    {
        var scale = before.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return [.. Enumerable.Range(0, before.Length).Where(n => !before[n].Equals(after[n]) && !(Math.Abs(before[n] - after[n]) <= Tolerance * scale))];
    }
}
