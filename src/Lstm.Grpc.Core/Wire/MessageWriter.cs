using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Puts length-prefixed messages into a buffer. One write at a time; reused for all messages of a call.</summary>
internal sealed class MessageWriter(IBufferWriter<byte> output, int? maxMessageBytes, string? encoding, CompressionLevel level) : SerializationContext, IBufferWriter<byte>
{
    private ArrayBufferWriter<byte>? _scratch;
    private int? _announced;
    private long _written;
    private int _pendingHeader;
    private bool _direct;
    private bool _compress;
    private bool _complete;

    /// <summary>Whether a marshaller failed after it had written a part of its message: what follows would not be understood.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Writes one message with its header.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: larger than the send limit; INTERNAL: the marshaller failed.</exception>
    public void Write<T>(T message, Action<T, SerializationContext> serialize, bool mayCompress)
    {
        _announced = null;
        _direct = _complete = false;
        _written = _pendingHeader = 0;
        _compress = mayCompress && encoding is not null;
        try
        {
            serialize(message, this);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            IsBroken = _written > 0;
            throw new RpcException(new Status(StatusCode.Internal, $"A message does not serialize as {typeof(T).Name}.", exception));
        }
        if (!_complete)
            throw new InvalidOperationException($"The marshaller of {typeof(T).Name} returned without a call of Complete.");
    }

    public override void SetPayloadLength(int payloadLength) => _announced = CheckedLength(payloadLength);

    public override IBufferWriter<byte> GetBufferWriter()
    {
        // With the length known the message goes straight to the output; else, or to compress it, it has to be complete first.
        if (_announced is null || _compress)
        {
            _scratch ??= new ArrayBufferWriter<byte>();
            _scratch.ResetWrittenCount();
            return _scratch;
        }
        _direct = true;
        _pendingHeader = FrameHeader.Size;
        return this;
    }

    public override void Complete()
    {
        if (!_direct)
            WriteFrame((_scratch ?? throw new InvalidOperationException("Complete was called before GetBufferWriter.")).WrittenSpan);
        else if (_written != _announced)
            throw new InvalidOperationException($"The message announced {_announced} bytes but wrote {_written}: it must not change while it is written.");
        else if (_written == 0)
            FrameHeader.Write(output, compressed: false, 0);
        _complete = true;
    }

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        WriteFrame(payload);
        _complete = true;
    }

    // The header goes into the same piece of memory as what follows it: one request and one advance of the output for both.
    void IBufferWriter<byte>.Advance(int count)
    {
        if (count == 0)
            return;
        _written += count;
        output.Advance(_pendingHeader + count);
        _pendingHeader = 0;
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        if (_pendingHeader == 0)
            return output.GetMemory(sizeHint);
        var memory = output.GetMemory(FrameHeader.Size + Math.Max(sizeHint, 1));
        FrameHeader.Write(memory.Span, compressed: false, Announced);
        return memory[FrameHeader.Size..];
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        if (_pendingHeader == 0)
            return output.GetSpan(sizeHint);
        var span = output.GetSpan(FrameHeader.Size + Math.Max(sizeHint, 1));
        FrameHeader.Write(span, compressed: false, Announced);
        return span[FrameHeader.Size..];
    }

    // A header is pending only when the length is known.
    private int Announced => _announced.GetValueOrDefault();

    private void WriteFrame(ReadOnlySpan<byte> payload)
    {
        CheckedLength(payload.Length);
        // Nothing to gain, and the streams of .NET write nothing for nothing, which is neither gzip nor zlib.
        bool compress = _compress && !payload.IsEmpty;
        // Write saw to it that there is an encoding.
        var message = compress ? MessageEncoding.Compress(encoding!, level, payload).Span : payload;
        FrameHeader.Write(output, compress, message.Length);
        output.Write(message);
    }

    private int CheckedLength(int length) => length <= (maxMessageBytes ?? int.MaxValue)
        ? length
        : throw new RpcException(new Status(
            StatusCode.ResourceExhausted,
            $"Tried to send a message of {length} bytes, but the limit is {maxMessageBytes} (MaxSendMessageSize)."));
}
