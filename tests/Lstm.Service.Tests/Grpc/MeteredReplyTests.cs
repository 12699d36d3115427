using System.IO.Pipelines;
using Lstm.Service.Grpc;
using Lstm.Service.Options;
using Microsoft.AspNetCore.Http.Features;

namespace Lstm.Service.Tests.Grpc;

/// <summary>What of a reply counts as waiting. As Kestrel's over HTTP/2, the pipe here has a flush wait until everything is taken.</summary>
public sealed class MeteredReplyTests
{
    private const int Free = UnreadReplies.FreeBytes;
    private readonly UnreadReplies _all = new(new GrpcOptions());
    private readonly Pipe _pipe = new(new(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
    private readonly MeteredReply _reply;

    public MeteredReplyTests() => _reply = new(new PipeResponse(_pipe.Writer), () => new(_all, static () => { }));

    [Fact]
    public async Task Flush_OfASmallReply_CountsNothing()
    {
        Write(Free);

        var flush = _reply.FlushAsync().AsTask();

        Assert.False(flush.IsCompleted);
        Assert.Equal(0, _all.Bytes);
        await TakeAsync();
        await flush;
    }

    [Fact]
    public async Task Flush_OfALargeReply_CountsUntilItIsTaken()
    {
        Write(Free);
        Write(1);

        var flush = _reply.FlushAsync().AsTask();

        Assert.Equal(Free + 1, _all.Bytes);
        await TakeAsync();
        await flush;
        Assert.Equal(0, _all.Bytes);
        Write(Free);
        flush = _reply.FlushAsync().AsTask();
        Assert.Equal(0, _all.Bytes);
        await TakeAsync();
        await flush;
    }

    [Fact]
    public async Task Flush_ThatIsCancelled_GoesOnCounting()
    {
        Write(Free + 1);
        var flush = _reply.FlushAsync().AsTask();
        _reply.CancelPendingFlush();
        Assert.True((await flush).IsCanceled);
        Assert.Equal(Free + 1, _all.Bytes);

        Write(100);
        flush = _reply.FlushAsync().AsTask();

        Assert.Equal(Free + 101, _all.Bytes);
        await TakeAsync();
        await flush;
        Assert.Equal(0, _all.Bytes);
    }

    [Fact]
    public async Task Send_WithoutAFlushBefore_WaitsUntilItIsTaken()
    {
        Write(Free + 1);

        var sent = _reply.SendAsync();

        Assert.Equal(Free + 1, _all.Bytes);
        Assert.False(sent.IsCompleted);
        await TakeAsync();
        await sent;
        Assert.Equal(0, _all.Bytes);
    }

    [Fact]
    public async Task Send_WhoseFlushIsCancelled_CountsUntilItIsTaken()
    {
        Write(Free + 1);
        var sent = _reply.SendAsync();

        _reply.CancelPendingFlush();

        Assert.Equal(Free + 1, _all.Bytes);
        Assert.False(sent.IsCompleted);
        await TakeAsync();
        await sent;
        Assert.Equal(0, _all.Bytes);
    }

    [Fact]
    public void Send_OfASmallReply_LeavesItToTheServer()
    {
        Write(Free);

        Assert.True(_reply.SendAsync().IsCompleted);

        Assert.Equal(Free, _pipe.Writer.UnflushedBytes);
    }

    [Fact]
    public async Task Complete_AfterACancelledFlush_CountsUntilItIsTaken()
    {
        Write(Free + 1);
        var flush = _reply.FlushAsync().AsTask();
        _reply.CancelPendingFlush();
        await flush;

        var completed = ((IHttpResponseBodyFeature)_reply).CompleteAsync();

        Assert.Equal(Free + 1, _all.Bytes);
        Assert.False(completed.IsCompleted);
        await TakeAsync();
        await completed;
        Assert.Equal(0, _all.Bytes);
        Assert.True((await _pipe.Reader.ReadAsync()).IsCompleted);
    }

    [Fact]
    public void Release_WhileAFlushWaits_CountsNoMore()
    {
        Write(Free + 1);
        _ = _reply.FlushAsync().AsTask();
        Assert.Equal(Free + 1, _all.Bytes);

        _reply.Release();

        Assert.Equal(0, _all.Bytes);
    }

    [Fact]
    public async Task Stream_WritesToTheSameReply()
    {
        var write = _reply.Stream.WriteAsync(new byte[Free + 1]).AsTask();

        Assert.Equal(Free + 1, _all.Bytes);
        await TakeAsync();
        await write;
        Assert.Equal(0, _all.Bytes);
    }

    private void Write(int bytes)
    {
        _reply.GetSpan(bytes)[..bytes].Clear();
        _reply.Advance(bytes);
    }

    private async Task TakeAsync() => _pipe.Reader.AdvanceTo((await _pipe.Reader.ReadAsync()).Buffer.End);

    private sealed class PipeResponse(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public PipeWriter Writer => writer;

        public Stream Stream => writer.AsStream();

        public Task CompleteAsync() => writer.CompleteAsync().AsTask();

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
