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
    private ReadOnlySequence<byte> _payload;

    /// <summary>The message that the last read found.</summary>
    public T? Current { get; private set; }

    public override int PayloadLength => (int)_payload.Length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>Waits for the next message.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="RpcException">INTERNAL: malformed; RESOURCE_EXHAUSTED: too large; UNIMPLEMENTED: unknown encoding.</exception>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => ReadAsync(isOnlyOne: false, cancellationToken);

    /// <summary>Waits for the one message of the stream and the end behind it. It is parsed after both: a parsed message can be a
    /// hundred times as large as its bytes, and a peer that never ends its stream must not have it kept.</summary>
    /// <returns>False when the stream ends without a message.</returns>
    /// <exception cref="RpcException">As <see cref="ReadAsync(CancellationToken)"/>; UNIMPLEMENTED: something follows the message.</exception>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    public ValueTask<bool> ReadOnlyOneAsync(CancellationToken cancellationToken) => ReadAsync(isOnlyOne: true, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadAsync(bool isOnlyOne, CancellationToken cancellationToken)
    {
        SequencePosition? held = null;
        try
        {
            while (true)
            {
                var result = await Pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = result.Buffer;
                held = buffer.Start;
                if (result.IsCanceled)
                {
                    Pipe.AdvanceTo(buffer.Start);
                    throw new OperationCanceledException("The read was cancelled because the call ended.");
                }
                if (FrameHeader.TryRead(buffer, out var header))
                {
                    CheckHeader(header);
                    long behind = buffer.Length - FrameHeader.Size - header.Length;
                    if (isOnlyOne && behind > 0)
                        throw WrongCount("more");
                    if (behind >= 0 && (!isOnlyOne || result.IsCompleted))
                    {
                        var payload = buffer.Slice(FrameHeader.Size, header.Length);
                        Current = header.Flag == 0 ? Deserialize(payload) : DeserializeCompressed(payload);
                        Pipe.AdvanceTo(payload.End);
                        return true;
                    }
                }
                if (result.IsCompleted)
                {
                    Current = null;
                    if (!buffer.IsEmpty)
                        throw Internal($"The stream ended inside a message: {buffer.Length} bytes of it had arrived.");
                    Pipe.AdvanceTo(buffer.End);
                    return false;
                }
                Pipe.AdvanceTo(buffer.Start, buffer.End);
                held = null; // Of the next read, which may refuse as well, nothing is held.
            }
        }
        catch (RpcException)
        {
            // Refused while it was looked at. The connection of an HTTP/1 call goes on only when nobody holds its bytes.
            if (held is { } start)
                Pipe.AdvanceTo(start);
            throw;
        }
        catch (Exception exception)
        {
            Note(exception, cancellationToken);
            throw;
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
