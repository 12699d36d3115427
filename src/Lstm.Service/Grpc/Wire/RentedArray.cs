using System.Buffers;
using System.Runtime.CompilerServices;
using Google.Protobuf.Collections;

namespace Lstm.Service.Grpc.Wire;

/// <summary>Values in memory that is used again; a small array is kept, a large one goes back to the shared pool.</summary>
/// <typeparam name="T">The values.</typeparam>
internal struct RentedArray<T>()
    where T : unmanaged
{
    private const int MostBytesKept = 4 << 10;
    private T[] _items = [];

    /// <summary>Number of values.</summary>
    public int Length { get; private set; }

    /// <summary>The values.</summary>
    public readonly Span<T> Span => _items.AsSpan(0, Length);

    /// <summary>Makes room; the values are whatever they were.</summary>
    /// <param name="length">Number of values.</param>
    /// <returns>The room.</returns>
    public Span<T> Resize(int length)
    {
        if (_items.Length < length)
        {
            GiveBack();
            _items = ArrayPool<T>.Shared.Rent(length);
        }

        Length = length;
        return Span;
    }

    /// <summary>Keeps the first values.</summary>
    /// <param name="length">How many.</param>
    public void Truncate(int length) => Length = length;

    /// <summary>Takes values in.</summary>
    /// <param name="values">Which.</param>
    public void Set(ReadOnlySpan<T> values) => values.CopyTo(Resize(values.Length));

    /// <summary>Takes values in.</summary>
    /// <param name="values">Which.</param>
    public void Set(RepeatedField<T> values)
    {
        Resize(values.Count);
        values.CopyTo(_items, 0);
    }

    /// <summary>Forgets the values.</summary>
    public void Clear()
    {
        Length = 0;
        if (_items.Length * Unsafe.SizeOf<T>() > MostBytesKept)
            GiveBack();
    }

    private void GiveBack()
    {
        if (_items.Length > 0)
            ArrayPool<T>.Shared.Return(_items);
        _items = [];
    }
}
