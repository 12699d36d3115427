using System.Buffers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>Where the request messages of a call go. One buffer serves all of them.</summary>
internal sealed class ClientStreamWriter<T> : IClientStreamWriter<T>
    where T : class
{
    private readonly ClientCall _call;
    private readonly Marshaller<T> _marshaller;
    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly MessageWriter _messages;
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writing;

    public ClientStreamWriter(ClientCall call, Marshaller<T> marshaller)
    {
        _call = call;
        _marshaller = marshaller;
        _messages = call.CreateWriter(_buffer);
        call.Ended = OnEnded;
        WriteOptions = call.WriteOptions;
    }

    public WriteOptions? WriteOptions { get; set; }

    public HttpContent CreateContent() => new StreamContent(_stream, _completed.Task);

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_call.Outcome is { } outcome)
            throw outcome.Status.StatusCode == StatusCode.OK ? new InvalidOperationException("The call has ended: nothing can be written any more.") : _call.CreateException();
        if (_completed.Task.IsCompleted)
            throw new InvalidOperationException("The request stream was completed: nothing can be written any more.");
        if (Interlocked.Exchange(ref _writing, 1) != 0)
            throw new InvalidOperationException("A write is under way: await it before the next.");
        using var registration = cancellationToken.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), _call);
        try
        {
            var flags = WriteOptions?.Flags ?? default;
            _buffer.ResetWrittenCount();
            _messages.Write(message, _marshaller.ContextualSerializer, mayCompress: (flags & WriteFlags.NoCompress) == 0);
            _messages.Commit();
            var stream = await _stream.Task.ConfigureAwait(false);
            await stream.WriteAsync(_buffer.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
            if ((flags & WriteFlags.BufferHint) == 0)
                await stream.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw await ExplainAsync(exception).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        if (Volatile.Read(ref _writing) != 0)
            return Task.FromException(new InvalidOperationException("A write is under way: await it before the stream is completed."));
        if (!_completed.TrySetResult() && _call.Outcome is null)
            return Task.FromException(new InvalidOperationException("The request stream was completed before."));
        return Task.CompletedTask;
    }

    // The transport only says that the stream is closed; why, the status of the call says, if it comes.
    private async Task<Exception> ExplainAsync(Exception exception)
    {
        try
        {
            await _call.Opened.ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The outcome tells it below.
        }
        if (_call.Outcome is { Status.StatusCode: not StatusCode.OK })
            return _call.CreateException();
        return new RpcException(new Status(
            StatusCode.Unavailable,
            "The server takes no more requests of this call: read the responses to the end to learn its status.",
            exception));
    }

    private void OnEnded()
    {
        _completed.TrySetResult();
        _stream.TrySetCanceled();
    }
}
