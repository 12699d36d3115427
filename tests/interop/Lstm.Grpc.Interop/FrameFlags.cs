using System.Buffers.Binary;

namespace Lstm.Grpc.Interop;

/// <summary>
/// Follows length-prefixed messages as they travel and notes which of them are compressed. It reads the bytes itself (PROTOCOL-HTTP2,
/// Length-Prefixed-Message) and asks nothing of the layer that is tested.
/// </summary>
internal sealed class FrameFlags
{
    private readonly List<bool> _compressed = [];
    private readonly byte[] _header = new byte[5];
    private int _headerBytes;
    private long _payloadLeft;

    /// <summary>For each message whether it is compressed.</summary>
    public IReadOnlyList<bool> Compressed => _compressed;

    /// <summary>Goes on with the next bytes of the stream.</summary>
    public void Follow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_payloadLeft > 0)
            {
                int skipped = (int)Math.Min(_payloadLeft, bytes.Length);
                _payloadLeft -= skipped;
                bytes = bytes[skipped..];
                continue;
            }
            _header[_headerBytes++] = bytes[0];
            bytes = bytes[1..];
            if (_headerBytes < _header.Length)
                continue;
            _headerBytes = 0;
            _payloadLeft = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
            _compressed.Add(_header[0] == 1);
        }
    }
}
