using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Lstm.V1;

namespace Lstm.Service.Tests.Hosting;

/// <summary>
/// A gRPC stream over a socket of its own, HTTP/2 by hand: allocates nothing per message, so that what the process allocates is the server's.
/// Sends requests whose bytes were made before, and counts the replies that come back.
/// </summary>
internal sealed class RawStream : IDisposable
{
    private const int HeaderBytes = 9;
    private const byte Data = 0, Headers = 1, Settings = 4, Ping = 6, WindowUpdate = 8;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[1 << 20];
    private readonly byte[] _control = new byte[HeaderBytes + 8];
    private int _begin;
    private int _end;
    private int _messageLeft;
    private int _prefixBytes;
    private int _prefix;
    private int _toGrant;

    public RawStream(int port)
    {
        _socket.Connect("127.0.0.1", port);
        _socket.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        // Windows as large as they go (SETTINGS_INITIAL_WINDOW_SIZE, WINDOW_UPDATE), no header table.
        _socket.Send([0, 0, 12, Settings, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff]);
        _socket.Send([0, 0, 4, WindowUpdate, 0, 0, 0, 0, 0, 0x7f, 0, 0, 0]);
        byte[] head = [.. Literal(":method", "POST"), .. Literal(":scheme", "http"), .. Literal(":path", "/lstm.v1.Inference/Stream"), .. Literal(":authority", "localhost"), .. Literal("content-type", "application/grpc"), .. Literal("te", "trailers")];
        _socket.Send([0, (byte)(head.Length >> 8), (byte)head.Length, Headers, 4, 0, 0, 0, 1, .. head]);
    }

    /// <summary>A request as it goes over the wire: a DATA frame with one message.</summary>
    public static byte[] Frame(StreamRequest request)
    {
        byte[] message = request.ToByteArray();
        int length = message.Length + 5;
        Assert.InRange(length, 0, 16_384);
        var frame = new byte[HeaderBytes + length];
        (frame[1], frame[2], frame[8]) = ((byte)(length >> 8), (byte)length, 1);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(HeaderBytes + 1), message.Length);
        message.CopyTo(frame, HeaderBytes + 5);
        return frame;
    }

    /// <summary>Sends frames and waits for as many replies.</summary>
    /// <returns>Bytes of the replies.</returns>
    public int Ask(ReadOnlySpan<byte> frames, int replies)
    {
        while (!frames.IsEmpty)
            frames = frames[_socket.Send(frames)..];
        int bytes = 0;
        while (replies > 0)
        {
            var (type, flags, length) = ReadHeader();
            var payload = _received.AsSpan(_begin, length);
            if (type == Data)
            {
                bytes += length;
                replies -= CountMessages(payload);
                _toGrant += length;
                Grant();
            }
            else if (type == Settings && (flags & 1) == 0)
                SendControl(Settings, 1, []);
            else if (type == Ping && (flags & 1) == 0)
                SendControl(Ping, 1, payload);
            else if (type == Headers && (flags & 1) == 1)
                throw new InvalidOperationException($"The stream ended: {Encoding.ASCII.GetString(payload)}");
            _begin += length;
        }

        return bytes;
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Literal(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    // Messages may be cut into frames anywhere.
    private int CountMessages(ReadOnlySpan<byte> data)
    {
        int complete = 0;
        while (!data.IsEmpty)
        {
            if (_prefixBytes < 5)
            {
                _prefix = (_prefix << 8) | data[0];
                _prefixBytes++;
                data = data[1..];
                _messageLeft = _prefix;
            }
            else
            {
                int some = Math.Min(_messageLeft, data.Length);
                _messageLeft -= some;
                data = data[some..];
            }

            if (_prefixBytes == 5 && _messageLeft == 0)
            {
                complete++;
                (_prefixBytes, _prefix) = (0, 0);
            }
        }

        return complete;
    }

    private void Grant()
    {
        if (_toGrant < 1 << 20)
            return;
        Span<byte> increment = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(increment, _toGrant);
        SendControl(WindowUpdate, 0, increment);
        SendControl(WindowUpdate, 0, increment, stream: 1);
        _toGrant = 0;
    }

    private void SendControl(byte type, byte flags, ReadOnlySpan<byte> payload, byte stream = 0)
    {
        _control.AsSpan(0, HeaderBytes).Clear();
        (_control[2], _control[3], _control[4], _control[8]) = ((byte)payload.Length, type, flags, stream);
        payload.CopyTo(_control.AsSpan(HeaderBytes));
        _socket.Send(_control.AsSpan(0, HeaderBytes + payload.Length));
    }

    private (byte Type, byte Flags, int Length) ReadHeader()
    {
        Need(HeaderBytes);
        var header = _received.AsSpan(_begin, HeaderBytes);
        int length = (header[0] << 16) | (header[1] << 8) | header[2];
        var (type, flags) = (header[3], header[4]);
        _begin += HeaderBytes;
        Need(length);
        return (type, flags, length);
    }

    private void Need(int bytes)
    {
        if (_end - _begin < bytes && _begin > 0)
        {
            _received.AsSpan(_begin, _end - _begin).CopyTo(_received);
            (_begin, _end) = (0, _end - _begin);
        }

        while (_end - _begin < bytes)
        {
            int read = _socket.Receive(_received.AsSpan(_end));
            _end += read > 0 ? read : throw new InvalidOperationException("The server closed the connection.");
        }
    }
}
