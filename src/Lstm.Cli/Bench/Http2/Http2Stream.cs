using System.Buffers.Binary;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Http2;

/// <summary>One call on a connection: what it may still send, what it could not send yet, and a message that has arrived in part.</summary>
/// <param name="id">Its number on the connection, odd.</param>
/// <param name="window">Bytes that the server takes at first.</param>
/// <param name="handler">Takes the messages.</param>
/// <param name="ended">Told of the end; null: nobody.</param>
internal sealed class Http2Stream(int id, int window, MessageHandler handler, Action? ended)
{
    /// <summary>Bytes before a gRPC message: whether it is compressed, and its length.</summary>
    public const int PrefixSize = 5;

    private readonly ByteQueue _incoming = new(0);

    /// <summary>Its number on the connection.</summary>
    public int Id { get; } = id;

    /// <summary>Bytes that may be sent now, as far as this stream is concerned.</summary>
    public int SendWindow { get; set; } = window;

    /// <summary>Bytes that arrived since the server was last told that there is room again.</summary>
    public int Taken { get; set; }

    /// <summary>Messages that the windows held back, with their prefixes.</summary>
    public ByteQueue Outgoing { get; } = new(0);

    /// <summary>The client has sent, or will send after <see cref="Outgoing"/>, its last frame.</summary>
    public bool IsClosing { get; set; }

    /// <summary>The client's last frame was sent.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The server ended it with grpc-status 0 after the client's last frame.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Notes that the server has ended it.</summary>
    public void End()
    {
        HasEnded = true;
        ended?.Invoke();
    }

    /// <summary>Takes bytes of DATA frames and hands on every message that is complete.</summary>
    /// <param name="data">The bytes.</param>
    /// <exception cref="LoadException">A message is compressed.</exception>
    public void Take(ReadOnlySpan<byte> data)
    {
        if (_incoming.Count == 0)
        {
            data = data[HandOn(data)..];
            _incoming.Write(data);
            return;
        }

        _incoming.Write(data);
        _incoming.Read(HandOn(_incoming.Unread));
    }

    // Returns the bytes of all complete messages.
    private int HandOn(ReadOnlySpan<byte> data)
    {
        int at = 0;
        while (data.Length - at >= PrefixSize)
        {
            if (data[at] != 0)
                throw new LoadException($"The server sent a message with the flag {data[at]} although the client takes no compression.");
            long length = BinaryPrimitives.ReadUInt32BigEndian(data[(at + 1)..]);
            if (data.Length - at - PrefixSize < length)
                break;
            handler(data.Slice(at + PrefixSize, (int)length));
            at += PrefixSize + (int)length;
        }

        return at;
    }
}
