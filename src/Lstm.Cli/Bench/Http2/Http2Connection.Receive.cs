using System.Buffers.Binary;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Http2;

/// <content>What each frame of the server does.</content>
internal sealed partial class Http2Connection
{
    // What the client takes before it says that there is room again: never a reason for the server to wait.
    private const int StreamWindow = 16 << 20;
    private const int ConnectionWindow = 1 << 30;

    // RFC 9113 section 6.5.2.
    private const int HeaderTableSize = 1;
    private const int DefaultHeaderTableSize = 4096;
    private const int EnablePush = 2;
    private const int MaxConcurrentStreams = 3;
    private const int InitialWindowSize = 4;
    private const int MaxFrameSize = 5;
    private const int DefaultWindow = 65_535;

    private readonly KnownHead _responseHead = new();
    private readonly KnownHead _trailers = new();
    private int _initialWindow = DefaultWindow;
    private int _sendWindow = DefaultWindow;
    private int _maxFrame = 16_384;
    private long _maxStreams = int.MaxValue;
    private int _taken;
    private bool _hasSettings;
    private bool _serverRemembers = true;

    private void WritePreface()
    {
        _out.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Span<byte> settings = stackalloc byte[18];
        WriteSetting(settings, HeaderTableSize, 0); // The server may not refer back to fields of earlier blocks, so none is kept.
        WriteSetting(settings[6..], EnablePush, 0);
        WriteSetting(settings[12..], InitialWindowSize, StreamWindow);
        WriteFrame(FrameType.Settings, 0, 0, settings);
        WriteWindowUpdate(0, ConnectionWindow - DefaultWindow);
    }

    private void Take(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Data:
                TakeData(header, payload);
                break;
            case FrameType.Headers:
                TakeHeaders(header, payload);
                break;
            case FrameType.Continuation:
                _headers.Write(payload);
                EndHeadersWhen((header.Flags & FrameHeader.EndHeaders) != 0);
                break;
            case FrameType.Settings:
                TakeSettings(header, payload);
                break;
            case FrameType.WindowUpdate:
                TakeWindowUpdate(header.StreamId, BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue);
                break;
            case FrameType.Ping when (header.Flags & FrameHeader.Ack) == 0:
                WriteFrame(FrameType.Ping, FrameHeader.Ack, 0, payload);
                break;
            case FrameType.ResetStream:
                TakeReset(header.StreamId, BinaryPrimitives.ReadUInt32BigEndian(payload));
                break;
            case FrameType.GoAway:
                throw new LoadException($"The server ends the connection: error {BinaryPrimitives.ReadUInt32BigEndian(payload[4..])} of RFC 9113 section 7.");
            default:
                break; // Unknown kinds are to be ignored.
        }
    }

    private void TakeData(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Http2Stream stream = Find(header.StreamId);
        stream.Take(WithoutPadding(header, payload));
        stream.Taken += header.Length;
        if (stream.Taken >= StreamWindow / 2)
        {
            WriteWindowUpdate(stream.Id, stream.Taken);
            stream.Taken = 0;
        }

        _taken += header.Length;
        if (_taken >= ConnectionWindow / 2)
        {
            WriteWindowUpdate(0, _taken);
            _taken = 0;
        }

        if ((header.Flags & FrameHeader.EndStream) != 0)
            throw new LoadException($"The server ended stream {header.StreamId} without trailers.");
    }

    private void TakeHeaders(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        payload = WithoutPadding(header, payload);
        _headersOf = header.StreamId;
        _headersEnd = (header.Flags & FrameHeader.EndStream) != 0;
        _headers.Write((header.Flags & FrameHeader.Priority) != 0 ? payload[5..] : payload);
        EndHeadersWhen((header.Flags & FrameHeader.EndHeaders) != 0);
    }

    private void EndHeadersWhen(bool complete)
    {
        if (!complete)
            return;
        ResponseHead head = (_headersEnd ? _trailers : _responseHead).Read(_headers.Unread);
        _headers.Read(_headers.Count);
        Http2Stream stream = Find(_headersOf);
        if (_headersEnd)
            End(stream, head);
        else if (head.HttpStatus != 200)
            throw new LoadException(Sentence($"The server answered stream {stream.Id} with {head}"));
    }

    private void End(Http2Stream stream, ResponseHead trailers)
    {
        if (!stream.IsClosed || trailers.GrpcStatus != 0)
            throw new LoadException(Sentence($"The server ended stream {stream.Id}{(stream.IsClosed ? "" : " before the client did")} with {trailers}"));
        _streams.Remove(stream.Id);
        _latest = null;
        stream.End();
    }

    // What a server says may be a sentence already.
    private static string Sentence(string text) => text[^1] is '.' or '!' or '?' ? text : $"{text}.";

    private void TakeSettings(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if ((header.Flags & FrameHeader.Ack) != 0)
            return;
        for (; payload.Length >= 6; payload = payload[6..])
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            switch (BinaryPrimitives.ReadUInt16BigEndian(payload))
            {
                case HeaderTableSize:
                    _serverRemembers = value >= DefaultHeaderTableSize;
                    break;
                case MaxConcurrentStreams:
                    _maxStreams = value;
                    break;
                case InitialWindowSize:
                    foreach (Http2Stream stream in _streams.Values)
                        stream.SendWindow += (int)value - _initialWindow;
                    _initialWindow = (int)value;
                    break;
                case MaxFrameSize:
                    _maxFrame = (int)value;
                    break;
                default:
                    break; // What is left does not concern a client of this kind, or is unknown and to be ignored.
            }
        }

        WriteFrame(FrameType.Settings, FrameHeader.Ack, 0, []);
        _hasSettings = true;
        PumpHeldBack();
    }

    private void TakeWindowUpdate(int streamId, int more)
    {
        if (streamId == 0)
            _sendWindow += more;
        else if (_streams.TryGetValue(streamId, out Http2Stream? stream)) // It may have ended meanwhile.
            stream.SendWindow += more;
        PumpHeldBack();
    }

    private void PumpHeldBack()
    {
        for (int n = _heldBack.Count; n > 0; n--)
        {
            Http2Stream stream = _heldBack[0];
            _heldBack.RemoveAt(0);
            Pump(stream);
        }
    }

    private void TakeReset(int streamId, uint error)
    {
        // After its trailers a server may say that it needs no more of the request.
        if (error != 0 || streamId >= _nextId || _streams.ContainsKey(streamId))
            throw new LoadException($"The server reset stream {streamId}: error {error} of RFC 9113 section 7.");
    }

    private Http2Stream Find(int id)
    {
        if (_latest is { } latest && latest.Id == id)
            return latest;
        return _latest = _streams.TryGetValue(id, out Http2Stream? stream) ? stream : throw new LoadException($"The server speaks of stream {id}, which the client did not open.");
    }

    private static ReadOnlySpan<byte> WithoutPadding(FrameHeader header, ReadOnlySpan<byte> payload) =>
        (header.Flags & FrameHeader.Padded) == 0 ? payload : payload[1..^payload[0]];

    private void WriteWindowUpdate(int streamId, int more)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, more);
        WriteFrame(FrameType.WindowUpdate, 0, streamId, payload);
    }

    private static void WriteSetting(Span<byte> to, ushort name, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, name);
        BinaryPrimitives.WriteInt32BigEndian(to[2..], value);
    }
}
