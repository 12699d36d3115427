using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Wire;

namespace Lstm.Grpc.Tests.Wire;

public sealed class MessageReaderTests
{
    // Found by damaged frames: between the read and the refusal the connection may break, and then what was read cannot be given back. On a real
    // connection that is a matter of microseconds, so here the pipe breaks by itself.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refusal_OnAConnectionThatBrokeMeanwhile_IsTold(bool isOnlyOne)
    {
        var reader = new MessageReader<string>(new BreakingPipe([7, 0, 0, 0, 0]), static _ => "", maxMessageBytes: null, encoding: null);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await (isOnlyOne ? reader.ReadOnlyOneAsync() : reader.ReadAsync(default)));

        Assert.Equal((StatusCode.Internal, "The flag byte of a message is 0 or 1, but found 7."), (refusal.StatusCode, refusal.Status.Detail));
        Assert.IsType<IOException>(reader.PipeFailure);
    }

    private sealed class BreakingPipe(byte[] bytes) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            TryRead(out var result);
            return new(result);
        }

        public override bool TryRead(out ReadResult result)
        {
            result = new ReadResult(new ReadOnlySequence<byte>(bytes), isCanceled: false, isCompleted: false);
            return true;
        }

        public override void AdvanceTo(SequencePosition consumed) => throw new IOException("The request stream was aborted.");

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

        public override void CancelPendingRead()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
