namespace Lstm.Service.Sessions;

/// <summary>The last message of a session: what came in, what went out. Kept so that the same message gets the same reply.</summary>
internal sealed class StepMessage
{
    /// <summary>Number of its first step; 0 before the first message.</summary>
    public ulong Step { get; set; }

    /// <summary>Its steps.</summary>
    public int Count { get; set; }

    /// <summary>[count, input_words].</summary>
    public FloatBuffer X { get; } = new();

    /// <summary>[count, output_words].</summary>
    public FloatBuffer Y { get; } = new();

    /// <summary>[gate_size] of the last step, or empty when nobody asked.</summary>
    public FloatBuffer Gates { get; } = new();
}
