using Lstm.Engine.Onnx.Pairing;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>An input or output of the graph as the backend runs it.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="ElementType">As <see cref="OrtPort.ElementType"/> spells it.</param>
/// <param name="Shape">All axes for one timestep of one session: time and batch are 1, 0 is as long as what the session was given when it opened.</param>
/// <param name="Time">The axis of time, −1 for none.</param>
/// <param name="Batch">The axis of the batch, −1 for none.</param>
internal sealed record PlanTensor(string Name, string ElementType, int[] Shape, int Time, int Batch)
{
    /// <summary>Names of the axes in the file, empty where there is none.</summary>
    public IReadOnlyList<string> AxisNames { get; init; } = [];

    /// <summary>Whether its length depends on what the session was given when it opened.</summary>
    public bool IsOpen { get; } = Shape.Contains(0);

    /// <summary>Values of one timestep of one session.</summary>
    public int Size { get; } = Shape.Aggregate(1, static (product, n) => checked(product * n));

    /// <summary>The axes of one timestep of one session, without time and batch.</summary>
    public IReadOnlyList<int> StepShape => [.. Shape.Where((_, axis) => axis != Time && axis != Batch)];

    /// <summary>The axes as people write them.</summary>
    public string Axes => $"[{string.Join(", ", Shape.Select((n, axis) => axis == Time ? "T" : axis == Batch ? "B" : n == 0 ? NameOf(axis) : $"{n}"))}]";

    /// <summary>The axes of several timesteps or sessions.</summary>
    /// <param name="time">T.</param>
    /// <param name="batch">B.</param>
    /// <returns>The lengths; an axis that is not there is left out of account.</returns>
    public long[] ShapeOf(int time, int batch) => [.. Shape.Select((n, axis) => axis == Time ? time : axis == Batch ? batch : (long)n)];

    /// <summary>The axes of what a session is given once.</summary>
    /// <param name="given">Its axes without the batch.</param>
    /// <returns>The lengths.</returns>
    public long[] ShapeOf(IReadOnlyList<int> given)
    {
        var next = 0;
        return [.. Shape.Select((_, axis) => axis == Batch ? 1L : given[next++])];
    }

    /// <summary>The lengths of the axes that have a name and are open.</summary>
    /// <param name="given">All axes without the batch.</param>
    /// <returns>Name and length.</returns>
    public IEnumerable<(string Name, int Length)> LengthsByName(IReadOnlyList<int> given) =>
        Shape.Index().Where(a => a.Index != Batch).Zip(given).Where(a => a.First.Item == 0 && NameOf(a.First.Index) != "?").Select(a => (NameOf(a.First.Index), a.Second));

    private string NameOf(int axis) => axis < AxisNames.Count && AxisNames[axis].Length > 0 ? AxisNames[axis] : "?";

    /// <summary>Where the values of the first of several timesteps or sessions lie; those of the next are <see cref="Stride"/> further.</summary>
    /// <param name="axis">The axis along which they lie, −1 for a single one.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="piece">Which part of the tensor; null for all of it.</param>
    /// <returns>One place a value, row-major.</returns>
    public int[] Map(int axis, int count, StatePiece? piece = null)
    {
        var strides = new int[Shape.Length];
        var stride = 1;
        for (var n = Shape.Length - 1; n >= 0; n--)
        {
            strides[n] = stride;
            stride = checked(stride * (n == axis ? count : Shape[n]));
        }
        int[] lengths = [.. Shape.Select((n, a) => a == piece?.Axis ? piece.Length : n)];
        var map = new int[lengths.Aggregate(1, static (product, n) => product * n)];
        var index = new int[Shape.Length];
        for (var n = 0; n < map.Length; n++)
        {
            map[n] = index.Select((i, a) => (i + (a == piece?.Axis ? piece.Offset : 0)) * strides[a]).Sum();
            for (var a = Shape.Length - 1; a >= 0 && ++index[a] == lengths[a]; a--)
                index[a] = 0;
        }
        return map;
    }

    /// <summary>The distance from one timestep or session to the next.</summary>
    /// <param name="axis">The axis along which they lie, −1 for none.</param>
    /// <returns>The number of values.</returns>
    public int Stride(int axis) => axis < 0 ? 0 : Shape.Skip(axis + 1).Aggregate(1, static (product, n) => product * n);
}
