using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Lstm.Service.Grpc;

/// <summary>The body of one request; counts what its reader has looked at and left, which is the part of a message that it waits to complete.</summary>
/// <param name="body">The body.</param>
/// <param name="all">What all calls hold.</param>
/// <param name="refusal">Makes what a read throws when that is too much, and this call has waited longest.</param>
internal sealed class MeteredBody(PipeReader body, PartialMessages all, Func<Exception> refusal) : PipeReader, IRequestBodyPipeFeature
{
    private HeldCall? _held;
    private long _counted;
    private volatile bool _refused;

    /// <inheritdoc/>
    public PipeReader Reader => this;

    /// <summary>Counts nothing any more.</summary>
    public void Release() => _held?.Close();

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _refused ? throw refusal() : _counted > 0 ? ReadOrRefuseAsync(cancellationToken) : body.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        bool found = body.TryRead(out result);
        if (found)
            Check(result);
        else if (_refused)
            throw refusal();
        return found;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // Measured before: the memory is the pipe's afterwards.
        long length = LengthBetween(consumed, examined);
        body.AdvanceTo(consumed, examined);
        long held = length > PartialMessages.FreeBytes ? length : 0;
        if (held == _counted)
            return;
        _counted = held;
        (_held ??= new(all, Refuse)).Change(held);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => body.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => body.Complete(exception);

    private void Refuse()
    {
        _refused = true;
        body.CancelPendingRead();
    }

    // Only a call that holds something can be refused while it waits.
    private async ValueTask<ReadResult> ReadOrRefuseAsync(CancellationToken cancellationToken)
    {
        var result = await body.ReadAsync(cancellationToken);
        Check(result);
        return result;
    }

    private void Check(in ReadResult result)
    {
        if (!_refused)
            return;
        body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        throw refusal();
    }

    private static long LengthBetween(SequencePosition consumed, SequencePosition examined) =>
        consumed.GetObject() is ReadOnlySequenceSegment<byte> first && examined.GetObject() is ReadOnlySequenceSegment<byte> last
            ? last.RunningIndex + examined.GetInteger() - first.RunningIndex - consumed.GetInteger()
            : 0;
}
