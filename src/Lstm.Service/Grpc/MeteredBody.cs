using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Lstm.Service.Grpc;

/// <summary>The body of one request; counts what its reader has looked at and left, which is the part of a message that it waits to complete.</summary>
/// <param name="body">The body.</param>
/// <param name="all">What all calls hold.</param>
/// <param name="refusal">Makes what a read throws when that is too much.</param>
internal sealed class MeteredBody(PipeReader body, PartialMessages all, Func<Exception> refusal) : PipeReader, IRequestBodyPipeFeature
{
    private long _counted;
    private bool _refused;

    /// <inheritdoc/>
    public PipeReader Reader => this;

    /// <summary>Counts nothing any more.</summary>
    public void Release() => all.TryChange(ref _counted, 0);

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => _refused ? throw refusal() : body.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result) => _refused ? throw refusal() : body.TryRead(out result);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // Measured before: the memory is the pipe's afterwards.
        _refused |= !all.TryChange(ref _counted, LengthBetween(consumed, examined));
        body.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => body.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => body.Complete(exception);

    private static long LengthBetween(SequencePosition consumed, SequencePosition examined) =>
        consumed.GetObject() is ReadOnlySequenceSegment<byte> first && examined.GetObject() is ReadOnlySequenceSegment<byte> last
            ? last.RunningIndex + examined.GetInteger() - first.RunningIndex - consumed.GetInteger()
            : 0;
}
