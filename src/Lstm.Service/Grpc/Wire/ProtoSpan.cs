using System.Runtime.InteropServices;

namespace Lstm.Service.Grpc.Wire;

/// <summary>Reads Protobuf's wire format from memory. What it does not understand it refuses, and says no more: the generated parser has the last word.</summary>
/// <param name="bytes">The message.</param>
internal ref struct ProtoSpan(ReadOnlySpan<byte> bytes)
{
    private const int LongestVarint = 10;
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes that are left.</summary>
    public readonly int Length => _rest.Length;

    /// <summary>Reads an integer; one that is longer than its type loses its upper bits, as the format says.</summary>
    /// <param name="value">The integer.</param>
    /// <returns>False: cut short or too long.</returns>
    public bool TryReadVarint(out ulong value)
    {
        if (_rest is [< 0x80, ..])
        {
            value = _rest[0];
            _rest = _rest[1..];
            return true;
        }

        value = 0;
        int most = Math.Min(LongestVarint, _rest.Length);
        for (int n = 0; n < most; n++)
        {
            value |= (ulong)(_rest[n] & 0x7F) << (7 * n);
            if (_rest[n] < 0x80)
            {
                _rest = _rest[(n + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a length and as many bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>False: cut short.</returns>
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TryReadVarint(out ulong length) || length > (ulong)_rest.Length)
            return false;
        bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    /// <summary>Reads a packed field of floats.</summary>
    /// <param name="values">Receives them.</param>
    /// <returns>False: not a number of floats.</returns>
    public bool TryReadFloats(ref RentedArray<float> values)
    {
        if (!TryReadBytes(out var packed) || packed.Length % sizeof(float) != 0 || !BitConverter.IsLittleEndian)
            return false;
        packed.CopyTo(MemoryMarshal.AsBytes(values.Resize(packed.Length / sizeof(float))));
        return true;
    }

    /// <summary>Reads a packed field of integers.</summary>
    /// <typeparam name="T">uint, ulong or long.</typeparam>
    /// <param name="values">Receives them.</param>
    /// <returns>False: cut short or too long.</returns>
    public bool TryReadVarints<T>(ref RentedArray<T> values)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        if (!TryReadBytes(out var packed))
            return false;
        var room = values.Resize(packed.Length); // a byte each at least
        var integers = new ProtoSpan(packed);
        int count = 0;
        while (integers.Length > 0)
        {
            if (!integers.TryReadVarint(out ulong value))
                return false;
            room[count++] = T.CreateTruncating(value);
        }

        values.Truncate(count);
        return true;
    }
}
