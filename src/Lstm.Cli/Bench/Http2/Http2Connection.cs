using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Http2;

/// <summary>
/// The client's side of HTTP/2 without TLS (RFC 9113, prior knowledge), as much of it as gRPC streams need, on a blocking socket. One thread
/// writes, flushes, receives: all that arrived together is handled together, and all answers to it leave in one write.
/// </summary>
/// <remarks>Ordinary clients spend more on a message than the server does, and so measure themselves. For one thread.</remarks>
internal sealed partial class Http2Connection : IDisposable
{
    private const int ReceiveSize = 256 << 10;
    private const int FlushSize = 32 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket;
    private readonly string _authority;
    private readonly ByteQueue _out = new(2 * FlushSize);
    private readonly ByteQueue _in = new(ReceiveSize);
    private readonly ByteQueue _headers = new(0);
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly List<Http2Stream> _heldBack = [];
    private Http2Stream? _latest;
    private string? _rememberedPath;
    private int _nextId = 1;
    private int _headersOf;
    private bool _headersEnd;

    private Http2Connection(Socket socket, string authority)
    {
        _socket = socket;
        _authority = authority;
    }

    /// <summary>Calls that the server allows at the same time.</summary>
    public long MaxStreams => _maxStreams;

    /// <summary>The socket, to wait for.</summary>
    public Socket Socket => _socket;

    /// <summary>Connects, and waits for the server's settings.</summary>
    /// <param name="address">http://HOST:PORT.</param>
    /// <returns>The connection; dispose of it.</returns>
    /// <exception cref="LoadException">There is no HTTP/2 server.</exception>
    public static Http2Connection Connect(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)Patience.TotalMilliseconds, SendTimeout = (int)Patience.TotalMilliseconds };
        var connection = new Http2Connection(socket, address.Authority);
        try
        {
            socket.Connect(new DnsEndPoint(address.Host, address.Port));
            connection.WritePreface();
            connection.Flush();
            while (!connection._hasSettings)
                connection.Receive();
            return connection;
        }
        catch (SocketException e)
        {
            connection.Dispose();
            throw new LoadException($"No HTTP/2 connection to {address}: {e.Message}", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Begins a call.</summary>
    /// <param name="path">/package.Service/Method.</param>
    /// <param name="handler">Takes its messages, on the thread that calls <see cref="Receive"/>.</param>
    /// <param name="ended">Told when the server has ended it with grpc-status 0.</param>
    /// <returns>The call.</returns>
    public Http2Stream OpenStream(string path, MessageHandler handler, Action? ended = null)
    {
        var stream = new Http2Stream(_nextId, _initialWindow, handler, ended);
        _nextId += 2;
        // As clients do, the server is told to remember the head: of the first path, so that no place in its table ever changes.
        if (path == _rememberedPath)
            WriteFrame(FrameType.Headers, FrameHeader.EndHeaders, stream.Id, RequestHead.Remembered);
        else
            WriteFrame(FrameType.Headers, FrameHeader.EndHeaders, stream.Id, RequestHead.Encode(_authority, path, remember: _rememberedPath is null && _serverRemembers));
        if (_serverRemembers)
            _rememberedPath ??= path;
        _streams.Add(stream.Id, stream);
        return stream;
    }

    /// <summary>Writes a message into a DATA frame of its own, as clients do, or as soon as the server's windows allow it.</summary>
    /// <param name="stream">The call.</param>
    /// <param name="message">The message.</param>
    /// <param name="isLast">No message follows, and the frame says so.</param>
    public void Write(Http2Stream stream, ReadOnlySpan<byte> message, bool isLast = false)
    {
        int size = Http2Stream.PrefixSize + message.Length;
        if (stream.Outgoing.Count > 0 || size > Math.Min(_maxFrame, Math.Min(_sendWindow, stream.SendWindow)))
        {
            WritePrefixed(stream.Outgoing, message);
            stream.IsClosing |= isLast;
            Pump(stream);
            return;
        }

        stream.IsClosing |= isLast;
        stream.IsClosed |= isLast;
        WriteHeader(new(size, FrameType.Data, isLast ? FrameHeader.EndStream : (byte)0, stream.Id));
        WritePrefixed(_out, message);
        _sendWindow -= size;
        stream.SendWindow -= size;
        FlushWhenFull();
    }

    /// <summary>Tells the server that no message follows.</summary>
    /// <param name="stream">The call.</param>
    public void Close(Http2Stream stream)
    {
        stream.IsClosing = true;
        Pump(stream);
    }

    /// <summary>Sends all that was written.</summary>
    public void Flush()
    {
        while (_out.Count > 0)
            _out.Read(_socket.Send(_out.Unread));
    }

    /// <summary>Waits until bytes arrive, hands on the messages in them, and answers what HTTP/2 asks for. Does not flush.</summary>
    /// <exception cref="LoadException">The server broke the protocol, ended a call that the client had not ended, or is silent.</exception>
    public void Receive()
    {
        int received;
        try
        {
            received = _socket.Receive(_in.Room(ReceiveSize / 2));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new LoadException($"The server was silent for {Patience.TotalSeconds} seconds.", e);
        }

        if (received == 0)
            throw new LoadException("The server closed the connection.");
        _in.Wrote(received);
        while (_in.Count >= FrameHeader.Size)
        {
            var header = FrameHeader.Read(_in.Unread);
            if (_in.Count < FrameHeader.Size + header.Length)
                break;
            Take(header, _in.Unread.Slice(FrameHeader.Size, header.Length));
            _in.Read(FrameHeader.Size + header.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    // As much of a held-back call as the windows allow.
    private void Pump(Http2Stream stream)
    {
        while (stream.Outgoing.Count > 0)
        {
            int size = Math.Min(Math.Min(stream.Outgoing.Count, _maxFrame), Math.Min(_sendWindow, stream.SendWindow));
            if (size <= 0)
            {
                if (!_heldBack.Contains(stream))
                    _heldBack.Add(stream);
                return;
            }

            WriteFrame(FrameType.Data, 0, stream.Id, stream.Outgoing.Unread[..size]);
            stream.Outgoing.Read(size);
            _sendWindow -= size;
            stream.SendWindow -= size;
            FlushWhenFull();
        }

        if (stream.IsClosing && !stream.IsClosed)
        {
            stream.IsClosed = true;
            WriteFrame(FrameType.Data, FrameHeader.EndStream, stream.Id, []);
        }
    }

    private void FlushWhenFull()
    {
        if (_out.Count >= FlushSize)
            Flush();
    }

    private static void WritePrefixed(ByteQueue queue, ReadOnlySpan<byte> message)
    {
        Span<byte> room = queue.Room(Http2Stream.PrefixSize + message.Length);
        room[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(room[1..], message.Length);
        message.CopyTo(room[Http2Stream.PrefixSize..]);
        queue.Wrote(Http2Stream.PrefixSize + message.Length);
    }

    private void WriteFrame(FrameType type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        WriteHeader(new(payload.Length, type, flags, streamId));
        _out.Write(payload);
    }

    private void WriteHeader(FrameHeader header)
    {
        header.Write(_out.Room(FrameHeader.Size));
        _out.Wrote(FrameHeader.Size);
    }
}
