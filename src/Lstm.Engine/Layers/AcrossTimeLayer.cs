namespace Lstm.Engine.Layers;

/// <summary>Moves values from one timestep of a sequence to others. Immutable.</summary>
internal abstract class AcrossTimeLayer
{
    /// <summary>Reads and writes the rows of all timesteps of all sequences.</summary>
    /// <param name="frame">A row for each timestep of each sequence.</param>
    /// <param name="rows">Which row is whose.</param>
    public abstract void Run(Frame frame, SequenceRows rows);
}
