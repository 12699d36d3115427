using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Lstm.Cli.Bench.Http2;

namespace Lstm.HostilePeers.Wire;

/// <summary>A client's end of HTTP/2 without TLS that sends whatever it is told to, and notes how the server takes it. Keeps to the rules only where asked to.</summary>
internal sealed partial class PeerConnection : IDisposable
{
    /// <summary>SETTINGS_INITIAL_WINDOW_SIZE, RFC 9113 section 6.5.2.</summary>
    public const ushort InitialWindowSize = 4;

    private const ushort HeaderTableSize = 1;
    private const int DefaultWindow = 65_535;
    private const int LargestFrame = 16_384;
    private const int LargeWindow = 1 << 30;

    private readonly Socket _socket;
    private readonly bool _deaf;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, PeerStream> _streams = new();
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _pinged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _windows = new();
    private TaskCompletionSource _moreRoom = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sendWindow = DefaultWindow;
    private int _initialWindow = DefaultWindow;
    private int _nextId = 1;
    private string? _goAway;

    private PeerConnection(Socket socket, bool deaf) => (_socket, _deaf) = (socket, deaf);

    /// <summary>Completes with how the connection ended: "GOAWAY 11", or "closed" without a word. Never fails.</summary>
    public Task<string> Closed => _closed.Task;

    /// <summary>Completes when the server answers the first PING: it has taken all frames before.</summary>
    public Task Pinged => _pinged.Task;

    /// <summary>Connects and sends preface and settings.</summary>
    /// <param name="address">http://HOST:PORT.</param>
    /// <param name="window">Bytes of each response that are taken before the server is told of more room, which never happens.</param>
    /// <param name="deaf">Answers no PING, as a peer that is gone.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The connection.</returns>
    public static async Task<PeerConnection> ConnectAsync(Uri address, int window = LargeWindow, bool deaf = false, CancellationToken cancellation = default)
    {
        var connection = await ConnectSilentlyAsync(address, deaf, cancellation);
        byte[] opening = [.. Frames.Preface, .. Frames.Settings((HeaderTableSize, 0), (InitialWindowSize, window)), .. Frames.Number(FrameType.WindowUpdate, 0, LargeWindow)];
        await connection.SendAsync(opening, cancellation);
        return connection;
    }

    /// <summary>Connects and sends nothing.</summary>
    /// <param name="address">http://HOST:PORT.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The connection.</returns>
    public static Task<PeerConnection> ConnectSilentlyAsync(Uri address, CancellationToken cancellation = default) => ConnectSilentlyAsync(address, false, cancellation);

    private static async Task<PeerConnection> ConnectSilentlyAsync(Uri address, bool deaf, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new DnsEndPoint(address.Host, address.Port), cancellation);
        var connection = new PeerConnection(socket, deaf);
        _ = connection.ReceiveAsync();
        return connection;
    }

    /// <summary>A number for a call that is not sent yet, whose end will be noted.</summary>
    /// <returns>The call.</returns>
    public PeerStream NewStream()
    {
        lock (_windows)
        {
            var stream = new PeerStream(_nextId, _initialWindow);
            _nextId += 2;
            _streams[stream.Id] = stream;
            if (_closed.Task.IsCompleted)
                stream.End(lost: _closed.Task.Result);
            return stream;
        }
    }

    /// <summary>Begins a call by the rules.</summary>
    /// <param name="block">Its block of headers.</param>
    /// <param name="end">Nothing follows.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The call.</returns>
    public async Task<PeerStream> OpenAsync(byte[] block, bool end = false, CancellationToken cancellation = default)
    {
        var stream = NewStream();
        await SendAsync(Frames.Frame(FrameType.Headers, (byte)(FrameHeader.EndHeaders | (end ? FrameHeader.EndStream : 0)), stream.Id, block), cancellation);
        return stream;
    }

    /// <summary>Sends bytes as they are, whatever flow control says. Does nothing once the connection is gone.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Completes when they are sent.</returns>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await _socket.SendAsync(bytes, cancellation)..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Close();
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends DATA as flow control allows, or until the call or the connection ends.</summary>
    /// <param name="stream">The call.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="end">Nothing follows.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Completes when they are sent.</returns>
    public async Task SendDataAsync(PeerStream stream, ReadOnlyMemory<byte> bytes, bool end, CancellationToken cancellation = default)
    {
        do
        {
            int size = await TakeWindowAsync(stream, Math.Min(bytes.Length, LargestFrame), cancellation);
            if (size < 0)
                return;
            await SendAsync(Frames.Frame(FrameType.Data, end && size == bytes.Length ? FrameHeader.EndStream : (byte)0, stream.Id, bytes.Span[..size]), cancellation);
            bytes = bytes[size..];
        }
        while (!bytes.IsEmpty);
    }

    /// <summary>Says that nothing more will be sent, as TCP says it; what the server says is still read.</summary>
    public void Finish()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Close();
        }
    }

    /// <summary>Ends the connection with TCP's RST instead of FIN.</summary>
    public void Break()
    {
        _socket.LingerState = new(true, 0);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        Close();
    }

    // -1: the call or the connection is over.
    private async Task<int> TakeWindowAsync(PeerStream stream, int wanted, CancellationToken cancellation)
    {
        while (true)
        {
            Task moreRoom;
            lock (_windows)
            {
                int size = Math.Min(wanted, Math.Min(_sendWindow, stream.SendWindow));
                if (size > 0 || wanted == 0)
                {
                    _sendWindow -= size;
                    stream.SendWindow -= size;
                    return size;
                }

                moreRoom = _moreRoom.Task;
            }

            await Task.WhenAny(moreRoom, stream.Ended, _closed.Task).WaitAsync(cancellation);
            if (stream.Ended.IsCompleted || _closed.Task.IsCompleted)
                return -1;
        }
    }
}
