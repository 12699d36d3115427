using System.Buffers.Text;
using System.IO.Pipelines;

namespace Grpc.AspNetCore.Web;

/// <summary>
/// Writes bytes as base64; each flush ends a piece with padding of its own (PROTOCOL-WEB, Text-encoded streams). Bytes are encoded in
/// place, in the buffer of the writer behind it: it keeps at most the two that make no whole group yet.
/// </summary>
internal sealed class Base64PipeWriter(PipeWriter encoded) : PipeWriter
{
    private const int Group = 3;
    private const int EncodedGroup = 4;

    private readonly byte[] _kept = new byte[Group - 1];
    private int _keptCount;
    private Memory<byte> _buffer;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        _buffer = encoded.GetMemory(Base64.GetMaxEncodedToUtf8Length(_keptCount + Math.Max(sizeHint, 1)));
        return _buffer[_keptCount..(_buffer.Length / EncodedGroup * Group)];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (bytes == 0)
            return;
        var buffer = _buffer.Span;
        _kept.AsSpan(0, _keptCount).CopyTo(buffer);
        int length = _keptCount + bytes;
        _keptCount = length % Group;
        buffer[(length - _keptCount)..length].CopyTo(_kept);
        Base64.EncodeToUtf8InPlace(buffer, length - _keptCount, out int written);
        encoded.Advance(written);
        _buffer = default;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        EndPiece();
        return encoded.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => encoded.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        EndPiece();
        encoded.Complete(exception);
    }

    private void EndPiece()
    {
        if (_keptCount == 0)
            return;
        var buffer = encoded.GetSpan(EncodedGroup);
        _kept.AsSpan(0, _keptCount).CopyTo(buffer);
        Base64.EncodeToUtf8InPlace(buffer, _keptCount, out int written);
        encoded.Advance(written);
        _keptCount = 0;
    }
}
