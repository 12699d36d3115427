namespace Lstm.Engine.Layers;

/// <summary>
/// Which row of a frame holds which timestep of which sequence: first the first timestep of all sequences, then the second of those
/// that have one, and so on. Sequences are sorted, the longest first, so that those that still run are always the first ones.
/// </summary>
internal sealed class SequenceRows
{
    private readonly int[] _lengths;
    private readonly int[] _starts;
    private readonly int[] _running;

    /// <summary>Lays the rows out.</summary>
    /// <param name="lengths">Timesteps of each sequence, at least 1, descending.</param>
    public SequenceRows(int[] lengths)
    {
        _lengths = lengths;
        _starts = new int[lengths[0]];
        _running = new int[lengths[0]];
        int running = lengths.Length;
        for (int t = 0; t < lengths[0]; t++)
        {
            while (lengths[running - 1] <= t)
            {
                running--;
            }
            _starts[t] = Count;
            _running[t] = running;
            Count += running;
        }
    }

    /// <summary>Number of sequences.</summary>
    public int Sequences => _lengths.Length;

    /// <summary>Timesteps of the longest sequence.</summary>
    public int Longest => _starts.Length;

    /// <summary>Rows in use.</summary>
    public int Count { get; }

    /// <summary>Timesteps of a sequence.</summary>
    /// <param name="sequence">Its number.</param>
    /// <returns>T.</returns>
    public int LengthOf(int sequence) => _lengths[sequence];

    /// <summary>Number of sequences that have a timestep.</summary>
    /// <param name="t">The timestep.</param>
    /// <returns>At least 1.</returns>
    public int RunningAt(int t) => _running[t];

    /// <summary>The row of a timestep of a sequence.</summary>
    /// <param name="t">The timestep.</param>
    /// <param name="sequence">Number of the sequence.</param>
    /// <returns>Number of the row.</returns>
    public int RowOf(int t, int sequence) => _starts[t] + sequence;

    /// <summary>The row of the last timestep of a sequence.</summary>
    /// <param name="sequence">Number of the sequence.</param>
    /// <returns>Number of the row.</returns>
    public int LastRowOf(int sequence) => RowOf(_lengths[sequence] - 1, sequence);
}
