namespace Lstm.Engine.Onnx;

/// <summary>
/// An assumption about which axes of the inputs are time and batch. The tracer tries them one by one: the operators prove or
/// refute it (an LSTM takes [T, B, I] and nothing else).
/// </summary>
/// <param name="Time">Axis of time in every input of a step, −1 for none.</param>
/// <param name="Batch">Axis of the batch in every input of a step, −1 for none.</param>
/// <param name="StateBatch">Axis of the batch in every state input, −1 for none.</param>
internal sealed record AxisRoles(int Time, int Batch, int StateBatch)
{
    /// <summary>All assumptions, the commonest first.</summary>
    public static IReadOnlyList<AxisRoles> Candidates { get; } =
    [
        new(0, 1, 1),
        new(1, 0, 1),
        new(1, 0, 0),
        new(0, 1, 0),
        new(0, 1, 2),
        new(1, 0, 2),
        // A batch fixed at 1, or none at all.
        new(0, -1, -1),
        new(1, -1, -1),
    ];

    /// <summary>Words for messages.</summary>
    public string Description => $"time on axis {Time} and {(Batch < 0 ? "no batch" : $"batch on axis {Batch}")} of the inputs";
}
