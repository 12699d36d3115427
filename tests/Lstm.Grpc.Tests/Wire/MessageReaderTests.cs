using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Grpc.Core;
using Grpc.Wire;
using Lstm.Grpc.Tests.Hosting;

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

    // One object serves all reads of a reader; so a result that nobody took yet must not be overwritten by the next.
    [Fact]
    public async Task Read_WhoseResultIsNotTaken_IsUnderWay()
    {
        var pipe = new Pipe();
        var reader = new MessageReader<string>(pipe.Reader, Text, maxMessageBytes: null, encoding: null);
        for (int i = 0; i < 3; i++)
        {
#pragma warning disable CA2012, xUnit1031 // An awaiter by hand, to take the result later than an await would.
            var first = reader.ReadAsync(default).GetAwaiter();
            Assert.False(first.IsCompleted);
            var completed = new TaskCompletionSource();
            first.OnCompleted(completed.SetResult);
            await pipe.Writer.WriteAsync(RawClient.Frame(Encoding.ASCII.GetBytes($"message {i}")));
            await completed.Task.WaitAsync(TimeSpan.FromSeconds(10));

            await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadAsync(default));
            Assert.True(first.GetResult());
#pragma warning restore CA2012, xUnit1031
            Assert.Equal($"message {i}", reader.Current);
        }
        await pipe.Writer.CompleteAsync();

        Assert.False(await reader.ReadAsync(default));
        Assert.Null(reader.Current);
    }

    // A handler asks for the next message, writes its reply when there is none yet, and then waits: the reply goes first.
    [Fact]
    public async Task Read_NotAwaitedYet_LeavesThePipeAlone()
    {
        var pipe = new Pipe();
        var reader = new MessageReader<string>(pipe.Reader, Text, maxMessageBytes: null, encoding: null);

        var read = reader.ReadAsync(default);
        Assert.False(pipe.Reader.TryRead(out _)); // A read under way would make this throw.
        await pipe.Writer.WriteAsync(RawClient.Frame("there by now"u8.ToArray()));

        Assert.True(await read);
        Assert.Equal("there by now", reader.Current);
    }

    // As with a read that is under way, whoever asks again and again is told in the end.
    [Theory]
    [InlineData("message", "")]
    [InlineData("me", "ssage")]
    public async Task Read_OnlyAskedWhetherItIsCompleted_Completes(string first, string rest)
    {
        var pipe = new Pipe();
        var reader = new MessageReader<string>(pipe.Reader, Text, maxMessageBytes: null, encoding: null);
        byte[] frame = RawClient.Frame(Encoding.ASCII.GetBytes(first + rest));

        var read = reader.ReadAsync(default);
        Assert.False(read.IsCompleted);
        await pipe.Writer.WriteAsync(frame.AsMemory(0, 5 + first.Length));
        Assert.Equal(rest.Length == 0, read.IsCompleted);
        await pipe.Writer.WriteAsync(frame.AsMemory(5 + first.Length));

        Assert.True(read.IsCompleted);
        Assert.True(await read);
        Assert.Equal("message", reader.Current);
    }

    [Fact]
    public async Task Read_AskedWhenThePipeHasFailed_Fails()
    {
        var pipe = new Pipe();
        var reader = new MessageReader<string>(pipe.Reader, Text, maxMessageBytes: null, encoding: null);

        var read = reader.ReadAsync(default);
        Assert.False(read.IsCompleted);
        await pipe.Writer.CompleteAsync(new IOException("The peer has gone."));

        Assert.True(read.IsFaulted);
        await Assert.ThrowsAsync<IOException>(async () => await read);
        Assert.IsType<IOException>(reader.PipeFailure);
    }

    // What arrives between the question and the wait is a result at once: a stream of such must not grow the stack.
    [Fact]
    public async Task Read_MessagesAlwaysThereWhenAwaited_GrowsNoStack()
    {
        var pipe = new Pipe();
        var reader = new MessageReader<string>(pipe.Reader, Text, maxMessageBytes: null, encoding: null);
        for (int i = 0; i < 100_000; i++)
        {
            var read = reader.ReadAsync(default);
            await pipe.Writer.WriteAsync(RawClient.Frame([1]));
            Assert.True(await read);
        }
    }

    [Fact]
    public async Task Read_AwaitedTwiceOrTooEarly_IsRefused()
    {
        var pipe = new Pipe();
        var reader = new MessageReader<string>(pipe.Reader, Text, maxMessageBytes: null, encoding: null);

#pragma warning disable CA2012 // What must not be done with a ValueTask is what is tried.
        var read = reader.ReadAsync(default);
        Assert.Throws<InvalidOperationException>(() => read.GetAwaiter().GetResult());
        await pipe.Writer.WriteAsync(RawClient.Frame([1]));
        Assert.True(await read);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await read);
#pragma warning restore CA2012

        await pipe.Writer.WriteAsync(RawClient.Frame([2]));
        Assert.True(await reader.ReadAsync(default));
    }

    // A message that comes byte by byte is one wait; and a wait that was cancelled inside it costs nothing of it.
    [Fact]
    public async Task Read_CancelledInsideAMessage_GoesOnWithTheNext()
    {
        var pipe = new Pipe();
        var reader = new MessageReader<string>(pipe.Reader, Text, maxMessageBytes: null, encoding: null);
        byte[] frame = RawClient.Frame(Encoding.ASCII.GetBytes("message"));
        for (int cut = 0; cut < frame.Length; cut++)
        {
            using var source = new CancellationTokenSource();
            var cancelled = reader.ReadAsync(source.Token).AsTask();
            foreach (byte one in frame[..cut])
                await pipe.Writer.WriteAsync(new[] { one });
            if (cut % 2 == 0)
                await source.CancelAsync();
            else
                reader.CancelPendingRead();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

            var read = reader.ReadAsync(default).AsTask();
            foreach (byte one in frame[cut..])
                await pipe.Writer.WriteAsync(new[] { one });
            Assert.True(await read);
            Assert.Equal("message", reader.Current);
        }
        Assert.Equal(frame.Length, reader.Received);
        Assert.Null(reader.PipeFailure);
    }

    private static string Text(DeserializationContext context) => Encoding.ASCII.GetString(context.PayloadAsReadOnlySequence());

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
