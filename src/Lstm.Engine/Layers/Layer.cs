namespace Lstm.Engine.Layers;

/// <summary>One part of a step, for every session of the batch. Immutable; allocates nothing when it runs.</summary>
internal abstract class Layer
{
    /// <summary>Reads its inputs from every row and writes its outputs to the same row.</summary>
    /// <param name="frame">The rows.</param>
    /// <param name="batch">Number of rows in use, at least 1.</param>
    public abstract void Run(Frame frame, int batch);
}
