using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server.Calls;

// The gate: the response pipe takes one writer at a time. A write holds it until its flush is done; the end takes it for good.
internal sealed partial class ServerCall
{
    private readonly MessageWriter _writer;
    private Task? _pendingWrite;
    private int _gate;
    private volatile bool _ended;
    private bool _headersSent;
    private bool _messageWritten;

    /// <summary>Writes a message of a response stream.</summary>
    public Task WriteAsync<T>(T message, Action<T, SerializationContext> serialize, WriteOptions? options, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        if (Enter() is { } refusal)
            return Task.FromException(refusal);
        try
        {
            var flags = options?.Flags ?? default;
            PutMessage(message, serialize, flags);
            if ((flags & WriteFlags.BufferHint) != 0)
            {
                Leave();
                return Task.CompletedTask;
            }
            _writer.Commit();
            var flush = _output.FlushAsync(cancellationToken);
            if (!flush.IsCompletedSuccessfully)
                return _pendingWrite = LeaveAfterAsync(flush);
            bool canceled = flush.Result.IsCanceled;
            Leave();
            return canceled || IsAborted ? Task.FromException(Canceled()) : Task.CompletedTask;
        }
        catch (Exception exception)
        {
            Leave();
            return Task.FromException(exception);
        }
    }

    /// <summary>Writes the one response; it goes out together with the status.</summary>
    public void WriteSingle<T>(T message, Action<T, SerializationContext> serialize)
    {
        if (Enter() is { } refusal)
            throw refusal;
        try
        {
            PutMessage(message, serialize, WriteOptionsCore?.Flags ?? default);
            _writer.Commit();
        }
        finally
        {
            Leave();
        }
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (Enter() is { } refusal)
            throw refusal;
        try
        {
            if (_headersSent || _messageWritten || HttpContext.Response.HasStarted)
                throw new InvalidOperationException("Response headers go out once per call, before the first message.");
            foreach (var entry in responseHeaders)
                if (HeaderNames.IsReserved(entry.Key))
                    throw new ArgumentException($"The protocol keeps the header name '{entry.Key}' for itself: use another.", nameof(responseHeaders));
            AppendTo(HttpContext.Response.Headers, responseHeaders);
            _headersSent = true;
            await _output.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    private void PutMessage<T>(T message, Action<T, SerializationContext> serialize, WriteFlags flags)
    {
        _writer.Write(message, serialize, mayCompress: (flags & WriteFlags.NoCompress) == 0);
        _messageWritten = true;
        _messagesSent++;
    }

    private async Task LeaveAfterAsync(ValueTask<System.IO.Pipelines.FlushResult> flush)
    {
        bool canceled;
        try
        {
            canceled = (await flush.ConfigureAwait(false)).IsCanceled;
        }
        finally
        {
            Leave();
        }
        if (canceled || IsAborted)
            throw Canceled();
    }

    private InvalidOperationException? Enter()
    {
        if (_ended)
            return new InvalidOperationException("The call has ended: nothing can be written any more.");
        if (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            return new InvalidOperationException("A write is under way: await it before the next.");
        if (!_ended)
            return null;
        Leave();
        return new InvalidOperationException("The call has ended: nothing can be written any more.");
    }

    // A handler may return, or the deadline may pass, while a write waits for flow control.
    private async Task CloseAsync()
    {
        while (!TryClose())
            await (_pendingWrite ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
    }

    private bool TryClose() => Interlocked.CompareExchange(ref _gate, 1, 0) == 0;

    private void Leave() => Volatile.Write(ref _gate, 0);

    private OperationCanceledException Canceled() => new("The call was cancelled.", CancellationTokenCore);
}
