using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Takes length-prefixed messages out of a pipe. One read at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
internal sealed class MessageReader<T>(PipeReader pipe, Func<DeserializationContext, T> deserialize, int? maxMessageBytes, string? encoding) : MessageReader(pipe)
    where T : class
{
    // What was read and not taken yet; the pipe is told as late as possible, so that messages that came together cost one read.
    private ReadOnlySequence<byte> _buffer;
    private ReadOnlySequence<byte> _payload;
    private bool _isHolding;
    private bool _isAtEnd;
    private int _reading;

    /// <summary>The message that the last read found.</summary>
    public T? Current { get; private set; }

    public override int PayloadLength => (int)_payload.Length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>Whether a read has found the end of the stream.</summary>
    public bool IsOver => _isAtEnd && Current is null;

    /// <summary>Waits for the next message.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="RpcException">INTERNAL: malformed; RESOURCE_EXHAUSTED: too large; UNIMPLEMENTED: unknown encoding.</exception>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A read is under way.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            return ValueTask.FromException<bool>(new InvalidOperationException("A read is under way: await it before the next."));
        if (!_isHolding || cancellationToken.IsCancellationRequested)
            return ReadPipeAsync(isOnlyOne: false, cancellationToken);
        try
        {
            if (!TryTake(isOnlyOne: false, isCompleted: false))
                return ReadPipeAsync(isOnlyOne: false, cancellationToken);
            Volatile.Write(ref _reading, 0);
            return new(true);
        }
        catch (Exception exception)
        {
            Volatile.Write(ref _reading, 0);
            Fail(exception, cancellationToken);
            return ValueTask.FromException<bool>(exception);
        }
    }

    /// <summary>Waits for the one message of the stream and the end behind it. It is parsed after both: a parsed message can be a
    /// hundred times as large as its bytes, and a peer that never ends its stream must not have it kept.</summary>
    /// <returns>False when the stream ends without a message.</returns>
    /// <exception cref="RpcException">As <see cref="ReadAsync(CancellationToken)"/>; UNIMPLEMENTED: something follows the message.</exception>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    public ValueTask<bool> ReadOnlyOneAsync()
    {
        // Most single messages are there before anybody asks for them; then nothing is waited for, here and in Kestrel.
        try
        {
            while (Pipe.TryRead(out var result))
            {
                if (Look(result, isOnlyOne: true) is { } found)
                    return new(found);
                Release(_buffer.Start, _buffer.End);
            }
        }
        catch (Exception exception)
        {
            Fail(exception, CancellationToken.None);
            throw;
        }
        return ReadPipeAsync(isOnlyOne: true, CancellationToken.None);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadPipeAsync(bool isOnlyOne, CancellationToken cancellationToken)
    {
        try
        {
            while (!_isAtEnd)
            {
                // All that is held was looked at, except when a token kept the read from looking.
                if (_isHolding)
                    Release(_buffer.Start, cancellationToken.IsCancellationRequested ? _buffer.Start : _buffer.End);
                if (Look(await Pipe.ReadAsync(cancellationToken).ConfigureAwait(false), isOnlyOne) is { } found)
                    return found;
            }
            Current = null;
            return false;
        }
        catch (Exception exception)
        {
            Fail(exception, cancellationToken);
            throw;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    // Whether there is a message; null: more has to arrive.
    private bool? Look(in ReadResult result, bool isOnlyOne)
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
        _isAtEnd = true;
        Current = null;
        return false;
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
        Current = header.Flag == 0 ? Deserialize(payload) : DeserializeCompressed(payload);
        Received++;
    }

    private void Release(SequencePosition consumed, SequencePosition examined)
    {
        _buffer = default;
        _isHolding = false;
        Pipe.AdvanceTo(consumed, examined);
    }

    private void Fail(Exception exception, CancellationToken cancellationToken)
    {
        LetGo();
        Note(exception, cancellationToken);
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

    private T Deserialize(in ReadOnlySequence<byte> payload)
    {
        _payload = payload;
        try
        {
            return deserialize(this);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"A message of {payload.Length} bytes does not parse as {typeof(T).Name}.", exception));
        }
        finally
        {
            _payload = default;
        }
    }

    private T DeserializeCompressed(in ReadOnlySequence<byte> payload)
    {
        // An empty message as the streams of .NET compress it, and so the official client: to nothing.
        if (payload.IsEmpty)
            return Deserialize(payload);
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
            return Deserialize(new ReadOnlySequence<byte>(message, 0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private static RpcException Internal(string detail) => new(new Status(StatusCode.Internal, detail));

    private RpcException TooLarge(string found) => new(new Status(
        StatusCode.ResourceExhausted,
        $"Received a message of {found}, but the limit is {maxMessageBytes} bytes (MaxReceiveMessageSize)."));
}
