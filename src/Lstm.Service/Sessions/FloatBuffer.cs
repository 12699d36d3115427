namespace Lstm.Service.Sessions;

/// <summary>A list of floats that keeps its memory, and gives it back when much less is needed.</summary>
internal sealed class FloatBuffer
{
    private const int Generous = 4;
    private const int SmallEnough = 1024;
    private float[] _items = [];

    /// <summary>Number of values.</summary>
    public int Length { get; private set; }

    /// <summary>The values.</summary>
    public Span<float> Span => _items.AsSpan(0, Length);

    /// <summary>The values.</summary>
    public Memory<float> Memory => _items.AsMemory(0, Length);

    /// <summary>The values with room behind them, for copying in; only [0, Length) counts.</summary>
    public float[] Items => _items;

    /// <summary>Makes room; the values are whatever they were.</summary>
    /// <param name="length">Number of values.</param>
    public void Resize(int length)
    {
        if (_items.Length < length || (_items.Length > SmallEnough && _items.Length / Generous > length))
            _items = length == 0 ? [] : GC.AllocateUninitializedArray<float>(length);
        Length = length;
    }

    /// <summary>Forgets the values; keeps the memory if they needed it.</summary>
    public void Clear()
    {
        Resize(Length);
        Length = 0;
    }

    /// <summary>Makes room behind the values.</summary>
    /// <param name="length">Number of values to come.</param>
    /// <returns>Where they begin.</returns>
    public int Extend(int length)
    {
        int start = Length;
        Length += length;
        if (Length > _items.Length)
            Array.Resize(ref _items, Math.Max(Length, 2 * _items.Length));
        return start;
    }

    /// <summary>Takes a copy.</summary>
    /// <param name="values">What to copy.</param>
    public void Set(ReadOnlySpan<float> values)
    {
        Resize(values.Length);
        values.CopyTo(_items);
    }
}
