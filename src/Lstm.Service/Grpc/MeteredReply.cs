using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Lstm.Service.Grpc;

/// <summary>The response of one call; counts what was written and waits to be taken by the client.</summary>
/// <param name="body">The response.</param>
/// <param name="begin">Makes the call's part of <see cref="UnreadReplies"/>, when it waits with much for the first time.</param>
internal sealed class MeteredReply(IHttpResponseBodyFeature body, Func<HeldCall> begin) : PipeWriter, IHttpResponseBodyFeature
{
    private readonly PipeWriter _writer = body.Writer;

    // Written since the last flush that got through.
    private long _waiting;
    private HeldCall? _held;
    private volatile bool _cancelled;

    /// <inheritdoc/>
    public PipeWriter Writer => this;

    /// <inheritdoc/>
    public Stream Stream => AsStream(leaveOpen: true);

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => _writer.CanGetUnflushedBytes;

    /// <inheritdoc/>
    public override long UnflushedBytes => _writer.UnflushedBytes;

    /// <summary>Waits until what was written is taken. Kestrel would end the request before, and nobody could count and end it then.</summary>
    /// <returns>Completes at once when it is little.</returns>
    public async Task SendAsync()
    {
        // Once more when one was cancelled: it has sent nothing.
        while (_waiting > UnreadReplies.FreeBytes)
            await FlushAsync();
    }

    /// <summary>Counts nothing any more.</summary>
    public void Release() => _held?.Close();

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => _writer.GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => _writer.GetSpan(sizeHint);

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        _waiting += bytes;
        _writer.Advance(bytes);
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var flush = _writer.FlushAsync(cancellationToken);
        if (_waiting > UnreadReplies.FreeBytes)
            return HoldAsync(flush);
        _waiting = 0;
        return flush;
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
        _cancelled = true;
        _writer.CancelPendingFlush();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _writer.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null) => _writer.CompleteAsync(exception);

    /// <inheritdoc/>
    async Task IHttpResponseBodyFeature.CompleteAsync()
    {
        await SendAsync();
        await body.CompleteAsync();
    }

    /// <inheritdoc/>
    public void DisableBuffering() => body.DisableBuffering();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => body.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    private async ValueTask<FlushResult> HoldAsync(ValueTask<FlushResult> flush)
    {
        if (!flush.IsCompleted)
            Hold();
        var result = await flush;
        // A flush that was cancelled has sent nothing, and Kestrel's result does not tell: the bytes wait until another gets through.
        if (_cancelled)
        {
            _cancelled = false;
        }
        else
        {
            _waiting = 0;
            _held?.Change(0);
        }

        return result;
    }

    private void Hold() => (_held ??= begin()).Change(_waiting);
}
