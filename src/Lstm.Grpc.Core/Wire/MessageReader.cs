using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Takes length-prefixed messages out of a pipe. One read at a time.</summary>
internal abstract class MessageReader(PipeReader pipe, int? maxMessageBytes, string? encoding) : DeserializationContext
{
    // What was read and not taken yet; the pipe is told as late as possible, so that messages that came together cost one read.
    private ReadOnlySequence<byte> _buffer;
    private ReadOnlySequence<byte> _payload;
    private MessageWait? _wait;
    private bool _isHolding;
    private bool _isAtEnd;
    private int _reading;

    /// <summary>Why the pipe failed: the peer reset the stream, or its connection is gone. Null as long as it works.</summary>
    public Exception? PipeFailure { get; private set; }

    /// <summary>Messages so far.</summary>
    public long Received { get; private set; }

    /// <summary>Whether a read has found the end of the stream.</summary>
    public bool IsOver { get; private set; }

    public override int PayloadLength => (int)_payload.Length;

    /// <summary>What the messages are, for errors.</summary>
    protected abstract string TypeName { get; }

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>Wakes a waiting read with <see cref="OperationCanceledException"/>; may be called from any thread.</summary>
    public void CancelPendingRead() => pipe.CancelPendingRead();

    /// <summary>Waits for the next message. The read is under way until its result is taken, which is once.</summary>
    /// <returns>False at the end of the stream. What is there already is the result at once. For anything else the read begins when it is awaited: who
    /// asks before a write and awaits after it has the write on its way first, as on a bare pipe.</returns>
    /// <exception cref="RpcException">INTERNAL: malformed; RESOURCE_EXHAUSTED: too large; UNIMPLEMENTED: unknown encoding.</exception>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A read is under way.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => Interlocked.Exchange(ref _reading, 1) == 0
        ? ReadAsync(isOnlyOne: false, cancellationToken)
        : ValueTask.FromException<bool>(new InvalidOperationException("A read is under way: await it before the next."));

    /// <summary>Waits for the one message of the stream and the end behind it. It is parsed after both: a parsed message can be a
    /// hundred times as large as its bytes, and a peer that never ends its stream must not have it kept.</summary>
    /// <returns>False when the stream ends without a message.</returns>
    /// <exception cref="RpcException">As <see cref="ReadAsync(CancellationToken)"/>; UNIMPLEMENTED: something follows the message.</exception>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    public ValueTask<bool> ReadOnlyOneAsync() => ReadAsync(isOnlyOne: true, CancellationToken.None);

    /// <summary>Looks at what is there.</summary>
    /// <returns>Whether there is a message; null: more has to arrive.</returns>
    internal bool? TryRead(bool isOnlyOne)
    {
        if (_isHolding && TryTake(isOnlyOne, isCompleted: false))
            return true;
        while (!_isAtEnd)
        {
            if (_isHolding)
                Release(_buffer.Start, _buffer.End);
            if (!pipe.TryRead(out var result))
                return null;
            if (Look(result, isOnlyOne) is { } found)
                return found;
        }
        IsOver = true;
        return false;
    }

    /// <summary>Reads on in the pipe.</summary>
    /// <returns>Whether there is a message; null: the wait is for the pipe.</returns>
    internal bool? Read(MessageWait wait, bool isOnlyOne, CancellationToken cancellationToken)
    {
        while (!_isAtEnd)
        {
            // All that is held was looked at, except when a token kept the read from looking.
            if (_isHolding)
                Release(_buffer.Start, cancellationToken.IsCancellationRequested ? _buffer.Start : _buffer.End);
            var reading = pipe.ReadAsync(cancellationToken);
            if (!reading.IsCompleted)
            {
                wait.For(reading);
                return null;
            }
            if (Look(reading.Result, isOnlyOne) is { } found)
                return found;
        }
        IsOver = true;
        return false;
    }

    /// <summary>Looks at what was read.</summary>
    /// <returns>Whether there is a message; null: more has to arrive.</returns>
    internal bool? Look(in ReadResult result, bool isOnlyOne)
    {
        _buffer = result.Buffer;
        _isHolding = true;
        if (result.IsCanceled)
        {
            LetGo();
            throw new OperationCanceledException("The read was cancelled because the call ended.");
        }
        bool found = TryTake(isOnlyOne, result.IsCompleted);
        _isAtEnd = result.IsCompleted && !_isHolding;
        if (found)
            return true;
        if (!result.IsCompleted)
            return null;
        if (!_buffer.IsEmpty)
            throw Internal($"The stream ended inside a message: {_buffer.Length} bytes of it had arrived.");
        Release(_buffer.End, _buffer.End);
        _isAtEnd = IsOver = true;
        return false;
    }

    /// <summary>Ends a read that failed.</summary>
    internal void Fail(Exception exception, CancellationToken cancellationToken)
    {
        LetGo();
        Note(exception, cancellationToken);
    }

    /// <summary>Allows the next read.</summary>
    internal void EndRead() => Volatile.Write(ref _reading, 0);

    /// <summary>Makes a message of the payload.</summary>
    protected abstract void Parse();

    private ValueTask<bool> ReadAsync(bool isOnlyOne, CancellationToken cancellationToken)
    {
        try
        {
            if (cancellationToken.IsCancellationRequested || TryRead(isOnlyOne) is not { } found)
                return (_wait ??= new MessageWait(this)).For(isOnlyOne, cancellationToken);
            EndRead();
            return new(found);
        }
        catch (Exception exception)
        {
            Fail(exception, cancellationToken);
            EndRead();
            return ValueTask.FromException<bool>(exception);
        }
    }

    private bool TryTake(bool isOnlyOne, bool isCompleted)
    {
        if (!FrameHeader.TryRead(_buffer, out var header))
            return false;
        CheckHeader(header);
        long behind = _buffer.Length - FrameHeader.Size - header.Length;
        if (isOnlyOne && behind > 0)
            throw WrongCount("more");
        if (behind < 0 || (isOnlyOne && !isCompleted))
            return false;
        if (behind == 0)
        {
            Take(header, _buffer.Slice(FrameHeader.Size));
            // Flow control learns at once that there is room.
            Release(_buffer.End, _buffer.End);
            return true;
        }
        var payload = _buffer.Slice(FrameHeader.Size, header.Length);
        Take(header, payload);
        _buffer = _buffer.Slice(payload.End);
        return true;
    }

    private void Take(FrameHeader header, in ReadOnlySequence<byte> payload)
    {
        if (header.Flag == 0)
            Deserialize(payload);
        else
            DeserializeCompressed(payload);
        Received++;
    }

    private void Release(SequencePosition consumed, SequencePosition examined)
    {
        _buffer = default;
        _isHolding = false;
        pipe.AdvanceTo(consumed, examined);
    }

    // Refused while it was looked at. The connection of an HTTP/1 call goes on only when nobody holds its bytes.
    private void LetGo()
    {
        if (!_isHolding)
            return;
        try
        {
            Release(_buffer.Start, _buffer.Start);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The connection broke meanwhile, which the refusal must not be lost over.
            Note(exception, CancellationToken.None);
        }
    }

    // Remembers a failure of the pipe. Malformed messages, misuse, and what the caller or the call itself cancelled are none.
    private void Note(Exception exception, CancellationToken cancellationToken)
    {
        bool cancelled = cancellationToken.IsCancellationRequested || exception.GetType() == typeof(OperationCanceledException);
        if (!cancelled && exception is not (RpcException or InvalidOperationException))
            PipeFailure = exception;
    }

    // On the header alone, before the message is waited for: an announced length costs nothing.
    private void CheckHeader(FrameHeader header)
    {
        if (header.Flag > 1)
            throw Internal($"The flag byte of a message is 0 or 1, but found {header.Flag}.");
        if (header.Length > (uint)(maxMessageBytes ?? int.MaxValue))
            throw TooLarge($"{header.Length} bytes");
        if (header.Flag == 0)
            return;
        if (encoding is null or MessageEncoding.Identity)
            throw Internal("A message is marked as compressed, but no grpc-encoding says how.");
        if (!MessageEncoding.IsSupported(encoding))
            throw new RpcException(new Status(StatusCode.Unimplemented, $"grpc-encoding '{encoding}' is not supported. Use one of: {MessageEncoding.Accepted}."));
    }

    private void Deserialize(in ReadOnlySequence<byte> payload)
    {
        _payload = payload;
        try
        {
            Parse();
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"A message of {payload.Length} bytes does not parse as {TypeName}.", exception));
        }
        finally
        {
            _payload = default;
        }
    }

    private void DeserializeCompressed(in ReadOnlySequence<byte> payload)
    {
        // An empty message as the streams of .NET compress it, and so the official client: to nothing.
        if (payload.IsEmpty)
        {
            Deserialize(payload);
            return;
        }
        int length;
        byte[] message;
        try
        {
            // CheckHeader saw to it that there is an encoding.
            length = MessageEncoding.Decompress(encoding!, payload, maxMessageBytes ?? Array.MaxLength, out message);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"A message of {payload.Length} bytes does not decompress as {encoding}.", exception));
        }
        if (length < 0)
            throw TooLarge("more bytes after inflating");
        try
        {
            Deserialize(new ReadOnlySequence<byte>(message, 0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>The refusal of a call whose method takes one message (statuscodes.md: cardinality violations are UNIMPLEMENTED).</summary>
    public static RpcException WrongCount(string found) =>
        new(new Status(StatusCode.Unimplemented, $"This method takes exactly one request message, but {found} arrived."));

    private static RpcException Internal(string detail) => new(new Status(StatusCode.Internal, detail));

    private RpcException TooLarge(string found) => new(new Status(
        StatusCode.ResourceExhausted,
        $"Received a message of {found}, but the limit is {maxMessageBytes} bytes (MaxReceiveMessageSize)."));
}
