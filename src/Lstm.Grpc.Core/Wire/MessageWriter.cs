using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// Puts length-prefixed messages into a buffer. One write at a time; reused for all messages of a call. The output is asked for memory and told
/// what was written once for many messages, by <see cref="Commit"/>: to Kestrel's writer each of that costs as much as a small message.
/// </summary>
internal sealed class MessageWriter(IBufferWriter<byte> output, int? maxMessageBytes, string? encoding, CompressionLevel level) : SerializationContext, IBufferWriter<byte>
{
    // A message up to this size comes in one piece.
    private const int WholeBytes = 1 << 10;

    private ArrayBufferWriter<byte>? _scratch;

    // Memory of the output, and how much of it has bytes that the output was not told of.
    private Memory<byte> _room;
    private int _used;

    // Where in the room the message began.
    private int _start;
    private int? _announced;
    private long _written;
    private bool _direct;
    private bool _compress;
    private bool _complete;
    private bool _partIsOut;

    /// <summary>Whether a marshaller failed after a part of its message was out: what follows would not be understood.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Writes one message with its header.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: larger than the send limit; INTERNAL: the marshaller failed.</exception>
    public void Write<T>(T message, Action<T, SerializationContext> serialize, bool mayCompress)
    {
        _announced = null;
        _direct = _complete = _partIsOut = false;
        _written = 0;
        _start = _used;
        _compress = mayCompress && encoding is not null;
        try
        {
            serialize(message, this);
            if (_complete)
                return;
        }
        catch (Exception exception)
        {
            TakeBack();
            if (exception is RpcException)
                throw;
            throw new RpcException(new Status(StatusCode.Internal, $"A message does not serialize as {typeof(T).Name}.", exception));
        }
        TakeBack();
        throw new InvalidOperationException($"The marshaller of {typeof(T).Name} returned without a call of Complete.");
    }

    /// <summary>Tells the output of all that was written. To be called before it is flushed or anything else is written to it.</summary>
    public void Commit()
    {
        if (_used > 0)
            output.Advance(_used);
        _partIsOut |= _used > _start;
        _used = _start = 0;
        _room = default;
    }

    public override void SetPayloadLength(int payloadLength) => _announced = CheckedLength(payloadLength);

    public override IBufferWriter<byte> GetBufferWriter()
    {
        // With the length known the message goes straight to the output; else, or to compress it, it has to be complete first.
        if (_announced is not { } length || _compress)
        {
            _scratch ??= new ArrayBufferWriter<byte>();
            _scratch.ResetWrittenCount();
            return _scratch;
        }
        if (!_direct)
        {
            _direct = true;
            PutHeader(compressed: false, length);
        }
        return this;
    }

    public override void Complete()
    {
        if (!_direct)
            WriteFrame((_scratch ?? throw new InvalidOperationException("Complete was called before GetBufferWriter.")).WrittenSpan);
        else if (_written != _announced)
            throw new InvalidOperationException($"The message announced {_announced} bytes but wrote {_written}: it must not change while it is written.");
        _complete = true;
    }

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (_direct)
            throw new InvalidOperationException("Complete was called with a payload after GetBufferWriter: use one of the two.");
        WriteFrame(payload);
        _complete = true;
    }

    void IBufferWriter<byte>.Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_room.Length - _used), nameof(count));
        _used += count;
        _written += count;
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _room[_used..];
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _room.Span[_used..];
    }

    private void MakeRoom(int bytes)
    {
        if (_room.Length - _used >= bytes)
            return;
        Commit();
        _room = output.GetMemory(bytes);
    }

    private void PutHeader(bool compressed, int length)
    {
        MakeRoom(FrameHeader.Size + Math.Min(length, WholeBytes));
        FrameHeader.Write(_room.Span[_used..], compressed, length);
        _used += FrameHeader.Size;
    }

    // As if the message had never been begun, as long as it is all here.
    private void TakeBack()
    {
        if (_partIsOut)
        {
            IsBroken = true;
            return;
        }
        _used = _start;
        if (_used == 0)
            _room = default;
    }

    private void WriteFrame(ReadOnlySpan<byte> payload)
    {
        CheckedLength(payload.Length);
        // Nothing to gain, and the streams of .NET write nothing for nothing, which is neither gzip nor zlib.
        bool compress = _compress && !payload.IsEmpty;
        // Write saw to it that there is an encoding.
        var message = compress ? MessageEncoding.Compress(encoding!, level, payload).Span : payload;
        PutHeader(compress, message.Length);
        BuffersExtensions.Write(this, message);
    }

    private int CheckedLength(int length) => length <= (maxMessageBytes ?? int.MaxValue)
        ? length
        : throw new RpcException(new Status(
            StatusCode.ResourceExhausted,
            $"Tried to send a message of {length} bytes, but the limit is {maxMessageBytes} (MaxSendMessageSize)."));
}
