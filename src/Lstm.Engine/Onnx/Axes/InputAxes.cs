namespace Lstm.Engine.Onnx.Axes;

/// <summary>What each axis of an input is, or may be.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Lengths">Length of each axis, −1 where nothing tells it.</param>
/// <param name="Roles">T, B, S for one as long as what a session is given once, blank for an axis of values, ? when unknown.</param>
/// <param name="Certain">Whether a role is a fact: said in model.json, or taken for it by a recurrent node or a state; names are none.</param>
internal sealed record InputAxes(string Name, int[] Lengths, char[] Roles, bool[] Certain)
{
    /// <summary>The axis of time, −1 for none.</summary>
    public int Time => Array.IndexOf(Roles, 'T');

    /// <summary>The axis of the batch, −1 for none.</summary>
    public int Batch => Array.IndexOf(Roles, 'B');

    /// <summary>Open axes whose role no one knows.</summary>
    public IEnumerable<int> Unknown => Roles.Index().Where(static r => r.Item == '?').Select(static r => r.Index);

    /// <summary>The lengths for one timestep of one session; 0 for an axis as long as what the session is given once.</summary>
    public int[] StepShape => [.. Lengths.Select((n, axis) => Roles[axis] == 'S' ? 0 : n < 0 || Roles[axis] is 'T' or 'B' ? 1 : n)];

    /// <summary>The lengths of a run; open axes that are neither time nor batch are 1.</summary>
    /// <param name="time">T, where the file leaves it open.</param>
    /// <param name="batch">B, where the file leaves it open.</param>
    /// <param name="given">S.</param>
    /// <returns>One length an axis.</returns>
    public long[] ShapeOf(int time, int batch, int given = 1) => [.. Lengths.Select((n, axis) => n >= 0 ? n : Roles[axis] switch { 'T' => time, 'B' => batch, 'S' => given, _ => 1L })];

    /// <summary>The axes as people write them.</summary>
    public string Description => $"[{string.Join(", ", Lengths.Select((n, axis) => Roles[axis] is 'T' or 'B' or '?' ? $"{Roles[axis]}" : n < 0 ? "?" : $"{n}"))}]";

    /// <summary>A copy with other roles; the arrays are its own.</summary>
    /// <returns>The copy.</returns>
    public InputAxes Copy() => new(Name, [.. Lengths], [.. Roles], [.. Certain]);
}

/// <summary>One way to read the axes of all inputs of a graph. The native tracer proves or refutes it; ONNX Runtime tries it out.</summary>
/// <param name="Inputs">The inputs in the graph's order.</param>
/// <param name="HasTime">Whether the graph has an axis of time; otherwise it does one step a run.</param>
internal sealed record AxisReading(IReadOnlyList<InputAxes> Inputs, bool HasTime)
{
    /// <summary>Whether a value of the last timestep that is repeated as often as the file has timesteps is repeated over time; otherwise along an axis of its own.</summary>
    public bool RepeatsAreTime { get; init; }

    /// <summary>The first input of highest rank that is no state; null for none.</summary>
    public InputAxes? Leading { get; init; }

    /// <summary>Words for messages.</summary>
    public string Description => HasTime
        ? $"time on axis {Leading?.Time ?? -1} and {Batch} of the inputs"
        : $"no axis of time and {Batch} of the inputs";

    /// <summary>Readings with the same key read the same.</summary>
    public string Key => $"{RepeatsAreTime}{HasTime}{string.Join('|', Inputs.Select(static i => string.Concat(i.Roles) + string.Join(',', i.Lengths)))}";

    private string Batch => Leading is null || Leading.Batch < 0 ? "no batch" : $"batch on axis {Leading.Batch}";
}
