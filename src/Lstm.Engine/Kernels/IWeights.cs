namespace Lstm.Engine.Kernels;

/// <summary>How weights lie in memory: read by the kernel, a vector at a time, as the floats that they stand for.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal interface IWeights<V>
    where V : struct, IFloatVector<V>
{
    /// <summary>Bytes of a weight.</summary>
    static abstract int Bytes { get; }

    /// <summary>Reads a vector of weights, <paramref name="offset"/> weights after <paramref name="origin"/>.</summary>
    static abstract V Load(ref byte origin, int offset);
}
