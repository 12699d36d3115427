using System.Numerics;

namespace Lstm.Cli.Bench.Protobuf;

/// <summary>Writes the fields of a Protobuf message one after the other.</summary>
/// <param name="target">Room for all of them.</param>
internal ref struct ProtoWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    /// <summary>Bytes written.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that a number takes.</summary>
    /// <param name="value">The number.</param>
    /// <returns>1 to 10.</returns>
    public static int SizeOf(ulong value) => (BitOperations.Log2(value | 1) * 9 + 73) / 64;

    /// <summary>Writes a field that is a number.</summary>
    /// <param name="field">1 to 15.</param>
    /// <param name="value">The number.</param>
    public void Number(int field, ulong value)
    {
        _target[Count++] = (byte)(field << 3);
        Number(value);
    }

    /// <summary>Begins a field that has a length: its bytes come next.</summary>
    /// <param name="field">1 to 15.</param>
    /// <param name="length">Their number.</param>
    public void Begin(int field, int length)
    {
        _target[Count++] = (byte)(field << 3 | 2);
        Number((ulong)length);
    }

    /// <summary>Writes a field of bytes.</summary>
    /// <param name="field">1 to 15.</param>
    /// <param name="bytes">The bytes.</param>
    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Begin(field, bytes.Length);
        Bytes(bytes);
    }

    /// <summary>Writes bytes as they are.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_target[Count..]);
        Count += bytes.Length;
    }

    /// <summary>Writes a number as it stands in a packed list.</summary>
    /// <param name="value">The number.</param>
    public void Number(ulong value)
    {
        while (value >= 128)
        {
            _target[Count++] = (byte)(value | 128);
            value >>= 7;
        }

        _target[Count++] = (byte)value;
    }
}
