using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>A planned layer, before a vector width is chosen for it.</summary>
internal abstract record LayerSpec
{
    /// <summary>Makes the layer for one vector.</summary>
    /// <typeparam name="V">The vector.</typeparam>
    /// <returns>The layer.</returns>
    public abstract Layer Create<V>()
        where V : struct, IFloatVector<V>;

    /// <summary>Makes the layer for a width.</summary>
    /// <param name="width">The width.</param>
    /// <returns>The layer.</returns>
    public Layer Create(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => Create<Float512>(),
        VectorWidth.Bits256 => Create<Float256>(),
        VectorWidth.Bits128 => Create<Float128>(),
        VectorWidth.Scalar => Create<Float1>(),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, null),
    };
}
