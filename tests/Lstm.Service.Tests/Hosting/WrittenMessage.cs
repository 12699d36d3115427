using System.Buffers;
using Grpc.Core;
using Lstm.Service.Grpc.Wire;
using Lstm.V1;

namespace Lstm.Service.Tests.Hosting;

/// <summary>What an answer looks like on the wire, into memory that comes in pieces of a chosen size.</summary>
internal sealed class WrittenMessage(int pieceBytes) : SerializationContext, IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private byte[] _piece = [];
    private int _announced = -1;
    private bool _complete;

    /// <summary>Writes an answer.</summary>
    public static byte[] Of(StreamAnswer answer, int pieceBytes = 4096)
    {
        var written = new WrittenMessage(pieceBytes);
        StreamAnswerWriter.Write(answer, written);
        Assert.True(written._complete);
        Assert.Equal(written._announced, written._bytes.WrittenCount);
        return written._bytes.WrittenSpan.ToArray();
    }

    /// <summary>Writes an answer and reads it with the generated code.</summary>
    public static StreamReply Read(StreamAnswer answer) => StreamReply.Parser.ParseFrom(Of(answer));

    public override void SetPayloadLength(int payloadLength) => _announced = payloadLength;

    public override IBufferWriter<byte> GetBufferWriter() => this;

    public override void Complete() => _complete = true;

    public void Advance(int count) => _bytes.Write(_piece.AsSpan(0, count));

    public Memory<byte> GetMemory(int sizeHint = 0) => _piece = new byte[Math.Max(sizeHint, pieceBytes)];

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
