using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Metadata values as header values: "-bin" names carry base64, the others visible ASCII (PROTOCOL-HTTP2, Custom-Metadata).</summary>
internal static class MetadataValue
{
    private static readonly SearchValues<char> Ascii = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>The header value of an entry. Characters that a header cannot carry become '?': a handler's text must not break its call.</summary>
    public static string Encode(Metadata.Entry entry)
    {
        if (entry.IsBinary)
            return Convert.ToBase64String(entry.RawBytes).TrimEnd('=');
        string text = entry.Value;
        if (!text.AsSpan().ContainsAnyExcept(Ascii))
            return text;
        var clean = new StringBuilder(text);
        for (int i = 0; i < clean.Length; i++)
            if (!Ascii.Contains(clean[i]))
                clean[i] = '?';
        return clean.ToString();
    }

    /// <summary>Adds what one header line says. Several binary values may be joined by commas; what is no base64 is left out.</summary>
    public static void AddTo(Metadata metadata, string name, string value)
    {
        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            metadata.Add(Metadata.Entry.Received(name, value));
            return;
        }
        foreach (var part in value.AsSpan().Split(','))
            if (TryDecode(value.AsSpan()[part].Trim(), out byte[] bytes))
                metadata.Add(Metadata.Entry.Received(name, bytes));
    }

    private static bool TryDecode(ReadOnlySpan<char> value, out byte[] bytes)
    {
        // Padding is optional on the wire.
        value = value.TrimEnd('=');
        char[] padded = new char[(value.Length + 3) / 4 * 4];
        value.CopyTo(padded);
        padded.AsSpan(value.Length).Fill('=');
        bytes = new byte[value.Length * 3 / 4];
        return value.Length % 4 != 1 && Base64.IsValid(padded) && Convert.TryFromBase64Chars(padded, bytes, out _);
    }
}
