using System.Runtime.InteropServices;
using Google.Protobuf;
using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Protobuf;
using Lstm.Cli.Bench.Service.Messages;
using Lstm.V1;
using HandRead = Lstm.Cli.Bench.Service.Messages.StreamReply;

namespace Lstm.Cli.Tests.Bench.Service.Messages;

/// <summary>What Google's Protobuf writes is read by hand.</summary>
public class StreamReplyTests
{
    // Fields that a later version may bring, one of each wire type: numbers 100 to 103.
    private static readonly byte[] UnknownFields = [0xA0, 6, 0xFF, 1, 0xA9, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xB2, 6, 1, 9, 0xBD, 6, 1, 2, 3, 4];

    [Fact]
    public void Step_WithStateAndUnknownFields_IsRead()
    {
        var result = new StepResult { Step = 300, Count = 2, Y = { 1, 2.5f }, State = { new NamedTensor { Name = "h", Values = { 1 } } }, Replayed = true };
        byte[] body = [.. result.ToByteArray(), .. UnknownFields];
        byte[] bytes = [.. new V1.StreamReply { Handle = 7 }.ToByteArray(), 0x1A, (byte)body.Length, .. body, .. UnknownFields];

        var reply = new HandRead(bytes);
        StepAnswer step = reply.Step();

        Assert.Equal((7UL, ReplyKind.Result), (reply.Handle, reply.Kind));
        Assert.Equal((300UL, 2UL, true), (step.Step, step.Count, step.Replayed));
        Assert.Equal([1, 2.5f], MemoryMarshal.Cast<byte, float>(step.Y).ToArray());
    }

    [Fact]
    public void Batch_WithFault_IsRead()
    {
        var batch = new BatchResult
        {
            Handles = { 1, 300 },
            Steps = { 5, 6 },
            Y = { 1, 2 },
            Replayed = { 300 },
            Faults = { new BatchFault { Handle = 9, Error = new Error { Reason = "STEP_GAP", Message = "no" } } },
        };
        var reply = new HandRead(new V1.StreamReply { Batch = batch }.ToByteArray());
        BatchAnswer answer = reply.Batch();

        Assert.Equal(ReplyKind.Batch, reply.Kind);
        Assert.Equal(("handle 9: STEP_GAP: no", true, 8), (answer.Fault, answer.Replayed, answer.Y.Length));
        ReadOnlySpan<byte> handles = answer.Handles;
        Assert.Equal((1UL, 300UL), (ProtoReader.ReadNumber(ref handles), ProtoReader.ReadNumber(ref handles)));
        Assert.True(handles.IsEmpty);
    }

    [Fact]
    public void Error_IsReadForPeople()
    {
        var reply = new HandRead(new V1.StreamReply { Handle = 3, Error = new Error { Code = 9, Reason = "STEP_GAP", Message = "Expected 4." } }.ToByteArray());

        Assert.Equal((ReplyKind.Error, "STEP_GAP: Expected 4."), (reply.Kind, reply.Error()));
    }

    [Theory]
    [InlineData(new byte[] { 0x08 })]
    [InlineData(new byte[] { 0x1A, 5, 1 })]
    [InlineData(new byte[] { 0x0B })]
    [InlineData(new byte[] { 0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 })]
    public void Read_Damaged_IsRefused(byte[] message)
    {
        var fault = Assert.Throws<LoadException>(() => new HandRead(message).Kind);

        Assert.Equal("The server sent a message that is no Protobuf.", fault.Message);
    }
}
