using System.Collections;
using System.Runtime.InteropServices;

namespace Lstm.Service.Grpc;

/// <summary>Floats in the form in which a repeated field takes them in one copy: as a collection. Used again and again, so that nothing is allocated.</summary>
internal sealed class FloatPiece : ICollection, IEnumerable<float>
{
    [ThreadStatic]
    private static FloatPiece? _ofThread;

    private ReadOnlyMemory<float> _values;

    /// <inheritdoc/>
    public int Count => _values.Length;

    /// <inheritdoc/>
    public bool IsSynchronized => false;

    /// <inheritdoc/>
    public object SyncRoot => this;

    /// <summary>Wraps values until the next call on this thread.</summary>
    /// <param name="values">The values.</param>
    /// <returns>The collection.</returns>
    public static FloatPiece Of(ReadOnlyMemory<float> values)
    {
        var piece = _ofThread ??= new FloatPiece();
        piece._values = values;
        return piece;
    }

    /// <inheritdoc/>
    public void CopyTo(Array array, int index) => _values.Span.CopyTo(((float[])array).AsSpan(index));

    /// <inheritdoc/>
    public IEnumerator<float> GetEnumerator() => MemoryMarshal.ToEnumerable(_values).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
