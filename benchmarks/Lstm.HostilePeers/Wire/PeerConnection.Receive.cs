using System.Buffers.Binary;
using System.Net.Sockets;
using Lstm.Cli.Bench.Http2;
using Lstm.Cli.Bench.Load;

namespace Lstm.HostilePeers.Wire;

// What the server sends.
internal sealed partial class PeerConnection
{
    private async Task ReceiveAsync()
    {
        byte[] header = new byte[FrameHeader.Size];
        var block = new MemoryStream();
        FrameHeader opening = default;
        try
        {
            while (true)
            {
                await FillAsync(header);
                var frame = FrameHeader.Read(header);
                byte[] payload = new byte[frame.Length];
                await FillAsync(payload);
                if (frame.Type == FrameType.Headers)
                    opening = frame;
                if (frame.Type is FrameType.Headers or FrameType.Continuation)
                {
                    block.Write(payload);
                    if ((frame.Flags & FrameHeader.EndHeaders) == 0)
                        continue;
                    TakeHead(opening, block.ToArray());
                    block.SetLength(0);
                }
                else
                {
                    Take(frame, payload);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or EndOfStreamException or LoadException)
        {
            Close();
        }
    }

    private async Task FillAsync(Memory<byte> target)
    {
        while (!target.IsEmpty)
        {
            int read = await _socket.ReceiveAsync(target);
            target = read > 0 ? target[read..] : throw new EndOfStreamException();
        }
    }

    private void TakeHead(FrameHeader frame, byte[] block)
    {
        if (!_streams.TryGetValue(frame.StreamId, out var stream))
            return;
        var head = ResponseHead.Read(block);
        stream.TakeHead(head.HttpStatus, head.GrpcStatus);
        if ((frame.Flags & FrameHeader.EndStream) != 0)
            End(stream);
    }

    private void Take(FrameHeader frame, byte[] payload)
    {
        switch (frame.Type)
        {
            case FrameType.Data when _streams.TryGetValue(frame.StreamId, out var stream):
                stream.Take(payload);
                if ((frame.Flags & FrameHeader.EndStream) != 0)
                    End(stream);
                break;
            case FrameType.ResetStream when _streams.TryGetValue(frame.StreamId, out var stream):
                End(stream, BinaryPrimitives.ReadUInt32BigEndian(payload));
                break;
            case FrameType.GoAway:
                _goAway ??= $"GOAWAY {BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4))}";
                break;
            case FrameType.Ping when (frame.Flags & FrameHeader.Ack) != 0:
                _pinged.TrySetResult();
                break;
            case FrameType.Settings when (frame.Flags & FrameHeader.Ack) != 0:
                break;
            case FrameType.Settings:
                TakeSettings(payload);
                _ = SendAsync(Frames.Frame(FrameType.Settings, FrameHeader.Ack, 0, []));
                break;
            case FrameType.Ping when !_deaf:
                _ = SendAsync(Frames.Frame(FrameType.Ping, FrameHeader.Ack, 0, payload));
                break;
            case FrameType.WindowUpdate:
                AddWindow(frame.StreamId, BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            default:
                break; // Nothing else concerns a client of this kind.
        }
    }

    private void TakeSettings(ReadOnlySpan<byte> payload)
    {
        for (; payload.Length >= 6; payload = payload[6..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(payload) != InitialWindowSize)
                continue;
            lock (_windows)
            {
                int value = BinaryPrimitives.ReadInt32BigEndian(payload[2..]);
                foreach (var stream in _streams.Values)
                    stream.SendWindow += value - _initialWindow;
                _initialWindow = value;
            }
        }

        AddWindow(0, 0);
    }

    private void AddWindow(int id, int more)
    {
        lock (_windows)
        {
            if (id == 0)
                _sendWindow += more;
            else if (_streams.TryGetValue(id, out var stream))
                stream.SendWindow += more;
            _moreRoom.TrySetResult();
            _moreRoom = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void End(PeerStream stream, uint? reset = null)
    {
        stream.End(reset);
        _streams.TryRemove(stream.Id, out _);
    }

    private void Close()
    {
        string how = _goAway ?? "closed";
        lock (_windows)
        {
            _closed.TrySetResult(how);
            foreach (var stream in _streams.Values)
                stream.End(lost: how);
        }
    }
}
