using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.AspNetCore.Web;

/// <summary>
/// Reads base64 as bytes, as it arrives and wherever it is cut. Padding ends a piece, and another may follow (PROTOCOL-WEB,
/// Text-encoded streams). Anything else than base64, white space too, is refused: INTERNAL.
/// </summary>
internal sealed class Base64DecodingStream(PipeReader encoded) : Stream
{
    private const int EncodedGroup = 4;

    private static readonly SearchValues<byte> PaddingOrSpace = SearchValues.Create("= \t\r\n"u8);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads at least a byte, or finds the end. The buffer has to hold a group of base64, four bytes.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var result = await encoded.ReadAsync(cancellationToken).ConfigureAwait(false);
            var text = result.Buffer;
            if (text.Length >= EncodedGroup)
            {
                int taken = Decode(text, buffer.Span, out int decoded, out string? fault);
                encoded.AdvanceTo(text.GetPosition(taken));
                return fault is null ? decoded : throw Malformed(fault);
            }
            long rest = text.Length;
            encoded.AdvanceTo(text.Start, text.End);
            if (result.IsCompleted)
                return rest == 0 ? 0 : throw Malformed($"it ends with {rest} characters of a group of four");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // Whole groups, up to the end of a piece.
    private static int Decode(in ReadOnlySequence<byte> text, Span<byte> buffer, out int decoded, out string? fault)
    {
        int length = (int)Math.Min(text.Length, buffer.Length) / EncodedGroup * EncodedGroup;
        var groups = buffer[..length];
        text.Slice(0, length).CopyTo(groups);
        int found = groups.IndexOfAny(PaddingOrSpace);
        bool hasSpace = found >= 0 && groups[found] != '=';
        if (found >= 0)
            groups = groups[..((found / EncodedGroup * EncodedGroup) + EncodedGroup)];
        bool isBase64 = Base64.DecodeFromUtf8InPlace(groups, out decoded) == OperationStatus.Done;
        fault = hasSpace ? "it has white space in it" : isBase64 ? null : "a group of four is not base64";
        return groups.Length;
    }

    private static RpcException Malformed(string found) => new(new Status(StatusCode.Internal, $"Expected a body of base64 (application/grpc-web-text), but {found}."));
}
