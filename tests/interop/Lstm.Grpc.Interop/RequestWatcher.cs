using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lstm.Grpc.Interop;

/// <summary>Stands between Kestrel and the gRPC layer and notes the flags of the messages that arrive.</summary>
internal sealed class RequestWatcher(PipeReader body, FrameFlags flags) : PipeReader, IRequestBodyPipeFeature
{
    private ReadOnlySequence<byte> _unread;
    private long _followed; // of these, from the start

    public PipeReader Reader => this;

    /// <summary>The flags of the request's messages, in their order; there may be more than were taken so far.</summary>
    public static FrameFlags FlagsOf(HttpContext context) => context.Features.GetRequiredFeature<FrameFlags>();

    /// <summary>Watches a request.</summary>
    public static Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        var flags = new FrameFlags();
        context.Features.Set(flags);
        context.Features.Set<IRequestBodyPipeFeature>(new RequestWatcher(context.Request.BodyReader, flags));
        return next(context);
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Keep(await body.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        bool read = body.TryRead(out result);
        if (read)
            Keep(result);
        return read;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _followed -= _unread.Slice(_unread.Start, consumed).Length;
        body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);

    private ReadResult Keep(ReadResult result)
    {
        _unread = result.Buffer;
        foreach (var part in _unread.Slice(_followed))
            flags.Follow(part.Span);
        _followed = _unread.Length;
        return result;
    }
}
