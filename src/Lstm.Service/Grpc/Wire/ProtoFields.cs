namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// Goes through the fields of a message without reading them into objects, so that what they would become can be bounded before. Sees at least what
/// the generated parser sees: it ends early only where that one fails, and goes on over much that it refuses.
/// </summary>
/// <param name="bytes">The message.</param>
internal ref struct ProtoFields(ReadOnlySpan<byte> bytes)
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, GroupStart = 3, GroupEnd = 4, Fixed32 = 5;
    private const int LongestVarint = 10;
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Number of the field, and in the last three bits how its value is written.</summary>
    public uint Tag { get; private set; }

    /// <summary>The value of a field that has a length.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Tag of a field that has a length.</summary>
    /// <param name="field">Its number.</param>
    /// <returns>The tag.</returns>
    public static uint WithLength(int field) => (uint)(field << 3) | LengthDelimited;

    /// <summary>Tag of an integer field.</summary>
    /// <param name="field">Its number.</param>
    /// <returns>The tag.</returns>
    public static uint Integer(int field) => (uint)(field << 3) | Varint;

    /// <summary>Counts the integers of a packed field.</summary>
    /// <param name="packed">Its value.</param>
    /// <returns>How many: each has one byte below 128, its last.</returns>
    public static int CountIntegers(ReadOnlySpan<byte> packed)
    {
        int count = 0;
        foreach (byte b in packed)
            count += b < 0x80 ? 1 : 0;
        return count;
    }

    /// <summary>Goes to the next field. Groups, which this protocol has none of, are gone over with all that is in them.</summary>
    /// <returns>False: there is none.</returns>
    public bool MoveNext()
    {
        int depth = 0;
        while (TryReadInteger(out uint tag))
        {
            Tag = tag;
            Value = default;
            int wire = (int)(tag & 7);
            if (wire == GroupEnd && depth == 0)
                return false;
            depth += wire == GroupStart ? 1 : wire == GroupEnd ? -1 : 0;
            if (!TrySkip(wire))
                return false;
            if (depth == 0 && wire != GroupEnd)
                return true;
        }

        return false;
    }

    // The two kinds of value that are left, 6 and 7, have no bytes: a parser that drops unknown fields does not look at them.
    private bool TrySkip(int wire)
    {
        switch (wire)
        {
            case Varint:
                return TryReadInteger(out _);
            case LengthDelimited:
                if (!TryReadInteger(out uint length) || length > (uint)_rest.Length)
                    return false;
                Value = _rest[..(int)length];
                _rest = _rest[(int)length..];
                return true;
            default:
                int bytes = wire == Fixed64 ? sizeof(ulong) : wire == Fixed32 ? sizeof(uint) : 0;
                if (bytes > _rest.Length)
                    return false;
                _rest = _rest[bytes..];
                return true;
        }
    }

    // Of more than 32 bits the upper ones are lost, as the parser loses them: tags and lengths are 32 bits.
    private bool TryReadInteger(out uint value)
    {
        value = 0;
        int most = Math.Min(LongestVarint, _rest.Length);
        for (int n = 0; n < most; n++)
        {
            value |= n < 5 ? (uint)(_rest[n] & 0x7F) << (7 * n) : 0;
            if (_rest[n] < 0x80)
            {
                _rest = _rest[(n + 1)..];
                return true;
            }
        }

        return false;
    }
}
