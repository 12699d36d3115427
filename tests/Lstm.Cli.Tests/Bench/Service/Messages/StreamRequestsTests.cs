using System.Runtime.InteropServices;
using Lstm.Cli.Bench.Protobuf;
using Lstm.Cli.Bench.Service.Messages;
using Lstm.V1;

namespace Lstm.Cli.Tests.Bench.Service.Messages;

/// <summary>What is written by hand is what Google's Protobuf reads.</summary>
public class StreamRequestsTests
{
    private static readonly float[] X = [1.5f, -2, 0, float.MaxValue];

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(127, 128, 2)]
    [InlineData(300_000, ulong.MaxValue, 4)]
    public void WriteStep_AnyNumbers_IsReadByProtobuf(uint handle, ulong step, int count)
    {
        var bytes = new byte[StreamRequests.MaxSize(1, X.Length * sizeof(float))];

        int length = StreamRequests.WriteStep(bytes, handle, step, MemoryMarshal.AsBytes<float>(X), count);

        var expected = new StreamRequest { Step = new StreamStep { Handle = handle, Step = step, X = { X }, Count = count > 1 ? (uint)count : 0 } };
        Assert.Equal(expected, StreamRequest.Parser.ParseFrom(bytes, 0, length));
    }

    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(126, 4, 128)]
    [InlineData(16_383, 2, 1UL << 40)]
    public void WriteBatch_AnyNumbers_IsReadByProtobuf(uint first, int sessions, ulong step)
    {
        var bytes = new byte[StreamRequests.MaxSize(sessions, X.Length * sizeof(float))];

        int length = StreamRequests.WriteBatch(bytes, first, sessions, step, MemoryMarshal.AsBytes<float>(X));

        var expected = new StreamRequest { Batch = new StreamBatch { X = { X } } };
        for (uint n = 0; n < sessions; n++)
        {
            expected.Batch.Handles.Add(first + n);
            expected.Batch.Steps.Add(step);
        }

        Assert.Equal(expected, StreamRequest.Parser.ParseFrom(bytes, 0, length));
    }

    [Fact]
    public void OpenSessionAndEndSession_AreReadByProtobuf()
    {
        Assert.Equal(
            new StreamRequest { Open = new StreamOpen { Handle = 200, SessionId = "s-1", Model = "taxi é" } },
            StreamRequest.Parser.ParseFrom(StreamRequests.OpenSession(200, "s-1", "taxi é")));
        Assert.Equal(new StreamRequest { Close = new StreamClose { Handle = 200, EndSession = true } }, StreamRequest.Parser.ParseFrom(StreamRequests.EndSession(200)));
    }

    [Fact]
    public void SizeOf_EveryPowerOfTwo_IsWhatIsWritten()
    {
        var bytes = new byte[10];
        for (int bit = 0; bit < 64; bit++)
        {
            foreach (ulong value in new[] { 1UL << bit, (1UL << bit) - 1 })
            {
                var writer = new ProtoWriter(bytes);
                writer.Number(value);
                Assert.Equal(writer.Count, ProtoWriter.SizeOf(value));
            }
        }
    }
}
