namespace Lstm.Engine.Onnx;

/// <summary>
/// An assumption about which axes of the inputs are time and batch. The tracer tries them one by one: the operators prove or
/// refute it (an LSTM takes [T, B, I] and nothing else). Axes of the same name are the same axis in every input.
/// </summary>
/// <param name="Time">Axis of time in the inputs of highest rank, −1 for a graph that does one step a run.</param>
/// <param name="Batch">Axis of the batch in the inputs of highest rank, −1 for none.</param>
/// <param name="StateBatch">Axis of the batch in every state input, −1 for none.</param>
internal sealed record AxisRoles(int Time, int Batch, int StateBatch)
{
    /// <summary>Whether inputs of lower rank than the highest have time and batch on the same axes (tokens); otherwise only a batch, on axis 0 (one value a sequence).</summary>
    public bool LowRankHasTime { get; init; } = true;

    /// <summary>Whether a value of the last timestep that is repeated as often as the file has timesteps is repeated over time; otherwise along an axis of its own.</summary>
    public bool RepeatsAreTime { get; init; }

    /// <summary>The assumptions that may hold for a graph, the commonest first.</summary>
    /// <param name="repeats">Whether the graph repeats values.</param>
    /// <param name="hasStates">Whether it has states that could be carried over runs of one step; asked only when all else has failed.</param>
    /// <returns>The assumptions.</returns>
    public static IEnumerable<AxisRoles> Candidates(bool repeats, Func<bool> hasStates)
    {
        AxisRoles[] overTime = [.. OverTime()];
        IEnumerable<AxisRoles> all = [.. overTime, .. overTime.Take(4).Select(static r => r with { LowRankHasTime = false })];
        if (repeats)
        {
            all = all.Concat(overTime.Select(static r => r with { RepeatsAreTime = true }));
        }
        foreach (AxisRoles roles in all)
        {
            yield return roles;
        }
        foreach (AxisRoles roles in hasStates() ? OneStep() : [])
        {
            yield return roles;
        }
    }

    /// <summary>Words for messages.</summary>
    public string Description => Time < 0
        ? $"no axis of time and {(Batch < 0 ? "no batch" : $"batch on axis {Batch}")} of the inputs"
        : $"time on axis {Time} and {(Batch < 0 ? "no batch" : $"batch on axis {Batch}")} of the inputs";

    private static IEnumerable<AxisRoles> OverTime() =>
    [
        new(0, 1, 1),
        new(1, 0, 1),
        new(1, 0, 0),
        new(0, 1, 0),
        new(0, 1, 2),
        new(1, 0, 2),
        // [B, C, T], as convolutions have it.
        new(2, 0, 1),
        new(2, 0, 0),
        // [B, C, F, T], as spectrograms come.
        new(3, 0, 1),
        new(3, 0, 0),
        // A batch fixed at 1, or none at all.
        new(0, -1, -1),
        new(1, -1, -1),
        new(2, -1, -1),
        new(3, -1, -1),
    ];

    private static IEnumerable<AxisRoles> OneStep() =>
    [
        new(-1, 0, 0),
        new(-1, 0, 1),
        new(-1, 0, 2),
        new(-1, 1, 1),
        new(-1, -1, -1),
    ];
}
