namespace Lstm.Engine.Onnx.Axes;

/// <summary>
/// A guess at which axes of the inputs are time and batch, the same for all inputs. Axes of the same name are the same axis in every input.
/// </summary>
/// <param name="Time">Axis of time in the inputs of highest rank, −1 for a graph that does one step a run.</param>
/// <param name="Batch">Axis of the batch in the inputs of highest rank, −1 for none.</param>
/// <param name="StateBatch">Axis of the batch in every state input, −1 for none.</param>
internal sealed record AxisGuess(int Time, int Batch, int StateBatch)
{
    /// <summary>Whether inputs of lower rank than the highest have time and batch on the same axes (tokens); otherwise only a batch, on axis 0 (one value a sequence).</summary>
    public bool LowRankHasTime { get; init; } = true;

    /// <summary>Whether a value of the last timestep that is repeated as often as the file has timesteps is repeated over time; otherwise along an axis of its own.</summary>
    public bool RepeatsAreTime { get; init; }

    /// <summary>The guesses for a graph over time, the commonest first.</summary>
    /// <param name="repeats">Whether the graph repeats values.</param>
    /// <returns>The guesses.</returns>
    public static IEnumerable<AxisGuess> OverTime(bool repeats)
    {
        AxisGuess[] common = [.. Common()];
        IEnumerable<AxisGuess> all = [.. common, .. common.Take(4).Select(static r => r with { LowRankHasTime = false })];
        return repeats ? all.Concat(common.Select(static r => r with { RepeatsAreTime = true })) : all;
    }

    /// <summary>The guesses for a graph that does one step a run.</summary>
    /// <returns>The guesses.</returns>
    public static IEnumerable<AxisGuess> OneStep() =>
    [
        new(-1, 0, 0),
        new(-1, 0, 1),
        new(-1, 0, 2),
        new(-1, 1, 1),
        new(-1, -1, -1),
    ];

    private static IEnumerable<AxisGuess> Common() =>
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
}
