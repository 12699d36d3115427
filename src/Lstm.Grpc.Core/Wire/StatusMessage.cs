using System.Buffers;
using System.Text;

namespace Grpc.Wire;

/// <summary>The value of grpc-message: UTF-8, percent-encoded outside 0x20–0x7E (PROTOCOL-HTTP2, Responses).</summary>
internal static class StatusMessage
{
    /// <summary>Clients refuse more than 8 KiB of headers; the text leaves room for the others.</summary>
    public const int MaxEncodedLength = 4096;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !\"#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Encodes a text; lone surrogates become U+FFFD, what exceeds <see cref="MaxEncodedLength"/> is cut at a whole character.</summary>
    public static string Encode(string text)
    {
        if (text.Length <= MaxEncodedLength && !text.AsSpan().ContainsAnyExcept(Plain))
            return text;
        var encoded = new StringBuilder();
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            bool plain = rune.IsBmp && Plain.Contains((char)rune.Value);
            int bytes = rune.EncodeToUtf8(utf8);
            if (encoded.Length + (plain ? 1 : 3 * bytes) > MaxEncodedLength)
                break;
            if (plain)
                encoded.Append((char)rune.Value);
            else
                foreach (byte b in utf8[..bytes])
                    encoded.Append('%').Append(Convert.ToHexString([b]));
        }
        return encoded.ToString();
    }

    /// <summary>Decodes a text; what is no escape stays as it is, bytes that are no UTF-8 become U+FFFD (a decoder must not fail).</summary>
    public static string Decode(string value)
    {
        if (!value.Contains('%', StringComparison.Ordinal))
            return value;
        byte[] utf8 = new byte[Encoding.UTF8.GetMaxByteCount(value.Length)];
        int length = 0;
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                utf8[length++] = Convert.FromHexString(value.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(value.AsSpan(i, 1), utf8.AsSpan(length));
            }
        }
        return Encoding.UTF8.GetString(utf8, 0, length);
    }
}
