using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Protobuf;

/// <summary>Reads the fields of a Protobuf message one after the other.</summary>
/// <param name="message">The message.</param>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Number of the field that was read.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, when it is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its bytes, when it has a length: a text, a message, a packed list.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Reads the next field.</summary>
    /// <returns>False: there is none.</returns>
    /// <exception cref="LoadException">The message is damaged.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        ulong tag = ReadNumber(ref _rest);
        Field = (int)(tag >> 3);
        Bytes = [];
        switch (tag & 7)
        {
            case 0:
                Number = ReadNumber(ref _rest);
                break;
            case 1:
                Bytes = Cut(8);
                break;
            case 2:
                ulong length = ReadNumber(ref _rest);
                Bytes = Cut(length > int.MaxValue ? int.MaxValue : (int)length);
                break;
            case 5:
                Bytes = Cut(4);
                break;
            default:
                throw Damaged();
        }

        return true;
    }

    /// <summary>Reads a number of a packed list.</summary>
    /// <param name="bytes">The list; what follows the number is left.</param>
    /// <returns>The number.</returns>
    /// <exception cref="LoadException">It is cut off.</exception>
    public static ulong ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty && bytes[0] < 128)
        {
            ulong small = bytes[0];
            bytes = bytes[1..];
            return small;
        }

        ulong value = 0;
        for (int n = 0; n < 10 && n < bytes.Length; n++)
        {
            value |= (ulong)(bytes[n] & 127) << (7 * n);
            if (bytes[n] < 128)
            {
                bytes = bytes[(n + 1)..];
                return value;
            }
        }

        throw Damaged();
    }

    private ReadOnlySpan<byte> Cut(int length)
    {
        if (length > _rest.Length)
            throw Damaged();
        ReadOnlySpan<byte> bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }

    private static LoadException Damaged() => new("The server sent a message that is no Protobuf.");
}
