namespace Lstm.Service.Sessions;

/// <summary>One request to step, and its answer. Belongs to the caller, who uses it again for the next request: nothing is allocated per step.</summary>
internal sealed class StepCall
{
    /// <summary>Number of the first step; 0: the next one.</summary>
    public ulong Step { get; set; }

    /// <summary>Steps in the message; 0 means 1.</summary>
    public uint Count { get; set; }

    /// <summary>In: [count, input_size].</summary>
    public FloatBuffer X { get; } = new();

    /// <summary>Also give h and c after the last step.</summary>
    public bool WantState { get; set; }

    /// <summary>Also give the gates of the last step.</summary>
    public bool WantGates { get; set; }

    /// <summary>Out: number of the first step.</summary>
    public ulong DoneStep { get; set; }

    /// <summary>Out: steps done.</summary>
    public int DoneCount { get; set; }

    /// <summary>Out: [count, output_size].</summary>
    public FloatBuffer Y { get; } = new();

    /// <summary>Out: [state_size] when wanted, else empty.</summary>
    public FloatBuffer State { get; } = new();

    /// <summary>Out: [gate_size] when wanted, else empty.</summary>
    public FloatBuffer Gates { get; } = new();

    /// <summary>Out: the steps had been done before.</summary>
    public bool Replayed { get; set; }
}
