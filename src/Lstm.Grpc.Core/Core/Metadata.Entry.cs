using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One name with one value, text or bytes.</summary>
    public class Entry
    {
        private static readonly SearchValues<char> NameCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz._-");

        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <summary>Creates a text entry.</summary>
        /// <param name="key">The name: letters, digits, '.', '_' and '-'; kept in lower case; not ending with "-bin".</param>
        /// <param name="value">The value, ASCII.</param>
        /// <exception cref="ArgumentException">The name is not allowed.</exception>
        public Entry(string key, string value)
            : this(Normalize(key), value, null)
        {
            ArgumentNullException.ThrowIfNull(value);
            if (IsBinary)
                throw new ArgumentException($"A name that ends with \"{BinaryHeaderSuffix}\" takes bytes, but '{key}' was given text: pass a byte[].", nameof(key));
        }

        /// <summary>Creates a binary entry.</summary>
        /// <param name="key">The name: letters, digits, '.', '_' and '-'; kept in lower case; ending with "-bin".</param>
        /// <param name="valueBytes">The value; it is copied.</param>
        /// <exception cref="ArgumentException">The name is not allowed.</exception>
        public Entry(string key, byte[] valueBytes)
            : this(Normalize(key), null, (byte[])(valueBytes ?? throw new ArgumentNullException(nameof(valueBytes))).Clone())
        {
            if (!IsBinary)
                throw new ArgumentException($"Bytes need a name that ends with \"{BinaryHeaderSuffix}\", but found '{key}'.", nameof(key));
        }

        private Entry(string key, string? text, byte[]? bytes)
        {
            Key = key;
            _text = text;
            _bytes = bytes;
        }

        /// <summary>The name, in lower case.</summary>
        public string Key { get; }

        /// <summary>Whether the name ends with "-bin".</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The value as bytes (ASCII of a text); a copy.</summary>
        public byte[] ValueBytes => _bytes is not null ? (byte[])_bytes.Clone() : Encoding.ASCII.GetBytes(_text ?? "");

        /// <summary>The value as text.</summary>
        /// <exception cref="InvalidOperationException">The value is binary.</exception>
        public string Value => _text ?? throw new InvalidOperationException($"'{Key}' holds bytes: read {nameof(ValueBytes)}.");

        /// <inheritdoc/>
        public override string ToString() => _bytes is null
            ? $"[Entry: key={Key}, value={_text}]"
            : $"[Entry: key={Key}, valueBytes={Convert.ToHexString(_bytes)}]";

        internal ReadOnlySpan<byte> RawBytes => _bytes;

        internal bool KeyEquals(string key) => key.Equals(Key, StringComparison.OrdinalIgnoreCase);

        // What arrives was checked by HTTP/2 (lower case, token characters) and must never throw, so no second check here.
        internal static Entry Received(string key, string value) => new(key, value, null);

        internal static Entry Received(string key, byte[] value) => new(key, null, value);

        private static string Normalize(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            // HTTP/2 header names are lower case (RFC 9113, section 8.2).
#pragma warning disable CA1308
            string name = key.ToLowerInvariant();
#pragma warning restore CA1308
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(NameCharacters))
                throw new ArgumentException($"A metadata name consists of letters, digits, '.', '_' and '-', but found '{key}'.", nameof(key));
            return name;
        }
    }
}
