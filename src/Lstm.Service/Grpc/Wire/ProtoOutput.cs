using System.Buffers;
using System.Text;

namespace Lstm.Service.Grpc.Wire;

/// <summary>Writes Protobuf's wire format into a buffer. Call <see cref="Flush"/> at the end.</summary>
/// <param name="output">Where to.</param>
internal ref struct ProtoOutput(IBufferWriter<byte> output)
{
    private const int LongestVarint = 10;
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private Span<byte> _room = output.GetSpan(LongestVarint);
    private int _used;

    /// <summary>Writes an integer.</summary>
    /// <param name="value">The integer.</param>
    public void WriteVarint(ulong value)
    {
        if (_room.Length - _used < LongestVarint)
        {
            Flush();
            _room = output.GetSpan(LongestVarint);
        }

        while (value >= 0x80)
        {
            _room[_used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _room[_used++] = (byte)value;
    }

    /// <summary>Writes an integer field; 0 is left out.</summary>
    /// <param name="field">Its number.</param>
    /// <param name="value">The integer.</param>
    public void WriteInteger(int field, ulong value)
    {
        if (value == 0)
            return;
        WriteVarint((uint)(field << 3) | Varint);
        WriteVarint(value);
    }

    /// <summary>Begins a field that has a length.</summary>
    /// <param name="field">Its number.</param>
    /// <param name="length">Bytes of its content, which follows.</param>
    public void WriteLength(int field, int length)
    {
        WriteVarint((uint)(field << 3) | LengthDelimited);
        WriteVarint((uint)length);
    }

    /// <summary>Writes a text field; an empty one is left out.</summary>
    /// <param name="field">Its number.</param>
    /// <param name="text">The text.</param>
    public void WriteText(int field, string text)
    {
        if (text.Length == 0)
            return;
        int length = Encoding.UTF8.GetByteCount(text);
        WriteLength(field, length);
        if (_room.Length - _used < length)
        {
            Flush();
            _room = output.GetSpan(length);
        }

        _used += Encoding.UTF8.GetBytes(text, _room[_used..]);
    }

    /// <summary>Writes bytes, over as many pieces of memory as it takes.</summary>
    /// <param name="bytes">The bytes.</param>
    public void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _room.Length - _used)
        {
            int fits = _room.Length - _used;
            bytes[..fits].CopyTo(_room[_used..]);
            bytes = bytes[fits..];
            _used += fits;
            Flush();
            _room = output.GetSpan(Math.Min(bytes.Length, 1 << 10));
        }

        bytes.CopyTo(_room[_used..]);
        _used += bytes.Length;
    }

    /// <summary>Hands over what was written.</summary>
    public void Flush()
    {
        output.Advance(_used);
        _room = default;
        _used = 0;
    }
}
