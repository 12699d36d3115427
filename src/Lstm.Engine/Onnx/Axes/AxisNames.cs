namespace Lstm.Engine.Onnx.Axes;

/// <summary>Names of open axes that people give to time and batch: a guess where nothing else tells them.</summary>
internal static class AxisNames
{
    private static readonly HashSet<string> Time = new(StringComparer.OrdinalIgnoreCase)
        { "t", "time", "times", "timesteps", "time_steps", "steps", "seq", "seq_len", "seqlen", "seq_length", "sequence", "sequence_length", "length", "frames", "num_frames" };

    private static readonly HashSet<string> Batch = new(StringComparer.OrdinalIgnoreCase) { "b", "n", "batch", "batch_size", "bs", "batchsize" };

    /// <summary>What a name says.</summary>
    /// <param name="name">The name.</param>
    /// <returns>T, B, or ? for nothing.</returns>
    public static char RoleOf(string name) => Time.Contains(name) ? 'T' : Batch.Contains(name) ? 'B' : '?';
}
