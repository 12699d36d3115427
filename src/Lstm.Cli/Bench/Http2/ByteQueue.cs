namespace Lstm.Cli.Bench.Http2;

/// <summary>Bytes that are written at one end and read at the other, in one piece of memory that grows to what it once held.</summary>
/// <param name="capacity">Bytes it has room for at first.</param>
internal sealed class ByteQueue(int capacity)
{
    private byte[] _bytes = new byte[capacity];
    private int _start;
    private int _end;

    /// <summary>Bytes that were written and not yet read.</summary>
    public int Count => _end - _start;

    /// <summary>These bytes; valid until the next write.</summary>
    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, Count);

    /// <summary>Room for at least so many bytes; <see cref="Wrote"/> says how many were used.</summary>
    /// <param name="size">Bytes.</param>
    /// <returns>The room, often more.</returns>
    public Span<byte> Room(int size)
    {
        if (_bytes.Length - _end < size)
            MakeRoom(size);
        return _bytes.AsSpan(_end);
    }

    /// <summary>Tells how much of the room was used.</summary>
    /// <param name="size">Bytes.</param>
    public void Wrote(int size) => _end += size;

    /// <summary>Writes bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _end += bytes.Length;
    }

    /// <summary>Drops bytes that were read.</summary>
    /// <param name="size">Bytes.</param>
    public void Read(int size)
    {
        _start += size;
        if (_start == _end)
            _start = _end = 0;
    }

    private void MakeRoom(int size)
    {
        int count = Count;
        byte[] target = _bytes.Length - count >= size ? _bytes : new byte[Math.Max(2 * _bytes.Length, count + size)];
        Buffer.BlockCopy(_bytes, _start, target, 0, count);
        (_bytes, _start, _end) = (target, 0, count);
    }
}
