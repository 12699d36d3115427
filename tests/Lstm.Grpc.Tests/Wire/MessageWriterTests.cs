using System.Buffers;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Wire;
using Lstm.Grpc.Tests.Hosting;

namespace Lstm.Grpc.Tests.Wire;

/// <summary>Messages of any size, in any pieces, into memory of any size, with marshallers that fail anywhere.</summary>
public sealed class MessageWriterTests
{
    private const int Cases = 5_000;

    [Fact]
    public void Messages_OfRandomMarshallers_AreWholeOrNotThere()
    {
        int broken = 0, takenBack = 0;
        for (int seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var output = new Blocks(random);
            var writer = new MessageWriter(output, maxMessageBytes: null, encoding: null, CompressionLevel.Fastest);
            var expected = new List<byte[]>();
            for (int n = random.Next(1, 12); n > 0 && !writer.IsBroken; n--)
            {
                var message = new Marshalled(random);
                if (Record.Exception(() => writer.Write(message, Marshalled.Serialize, mayCompress: true)) is { } failure)
                {
                    Assert.True(failure is RpcException { StatusCode: StatusCode.Internal } or InvalidOperationException, $"seed {seed}: {failure}");
                    takenBack++;
                }
                else
                {
                    Assert.False(message.Fails, $"seed {seed}: a message that fails was taken");
                    expected.Add(message.Bytes);
                }
                if (random.Next(4) == 0)
                    writer.Commit();
            }
            writer.Commit();

            byte[] written = output.Written.WrittenSpan.ToArray();
            if (writer.IsBroken)
            {
                broken++;
                written = written[..expected.Sum(static bytes => FrameHeader.Size + bytes.Length)];
            }
            Assert.True(RawResponse.FramesOf(written).Select(static frame => frame.Payload).SequenceEqual(expected, BytesComparer.Instance), $"seed {seed}");
        }
        Assert.True(broken > Cases / 100 && takenBack - broken > Cases / 10, $"{broken} broken, {takenBack} taken back: the cases are not what they should be");
    }

    [Fact]
    public void Output_IsToldOfManyMessagesAtOnce()
    {
        var output = new Blocks(new Random(1), smallest: 4096);
        var writer = new MessageWriter(output, maxMessageBytes: null, encoding: null, CompressionLevel.Fastest);

        for (int i = 0; i < 16; i++)
            writer.Write(new byte[77], Direct, mayCompress: false);
        Assert.Equal(0, output.Written.WrittenCount);
        writer.Commit();

        Assert.Equal((1, 1, 16 * 82), (output.Requests, output.Advances, output.Written.WrittenCount));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(1 << 20)]
    public void Marshaller_AdvancesFurtherThanItsMemory_IsRefused(int count)
    {
        var writer = new MessageWriter(new Blocks(new Random(1)), maxMessageBytes: null, encoding: null, CompressionLevel.Fastest);

        var refusal = Assert.Throws<RpcException>(() => writer.Write("", (_, context) => Overrun(context, count), mayCompress: false));

        Assert.IsType<ArgumentOutOfRangeException>(refusal.Status.DebugException);
        Assert.False(writer.IsBroken);
    }

    private static void Direct(byte[] bytes, SerializationContext context)
    {
        context.SetPayloadLength(bytes.Length);
        context.GetBufferWriter().Write(bytes);
        context.Complete();
    }

    private static void Overrun(SerializationContext context, int count)
    {
        context.SetPayloadLength(8);
        context.GetBufferWriter().GetSpan(8);
        context.GetBufferWriter().Advance(count);
    }

    // A message and how its marshaller goes about it.
    private sealed class Marshalled
    {
        private readonly Random _random;
        private readonly int _way;
        private readonly int _failsAfter;

        public Marshalled(Random random)
        {
            _random = random;
            Bytes = new byte[random.Next(3) == 0 ? random.Next(5_000) : random.Next(100)];
            random.NextBytes(Bytes);
            _way = random.Next(4);
            _failsAfter = random.Next(3) == 0 ? random.Next(Bytes.Length + 1) : int.MaxValue;
        }

        public byte[] Bytes { get; }

        public bool Fails => _failsAfter < int.MaxValue;

        public static void Serialize(Marshalled message, SerializationContext context) => message.Serialize(context);

        private void Serialize(SerializationContext context)
        {
            if (_way == 0)
            {
                if (Fails)
                    throw new InvalidOperationException("The message fails.");
                context.Complete(Bytes);
                return;
            }
            // With the length the bytes go straight to the output; without it, by way of a buffer.
            if (_way > 1)
                context.SetPayloadLength(Bytes.Length);
            var output = context.GetBufferWriter();
            int at = 0;
            while (at < Bytes.Length && at < _failsAfter)
            {
                var room = output.GetSpan(_random.Next(3) == 0 ? _random.Next(1, 500) : 0);
                int piece = Math.Min(room.Length, Math.Min(_random.Next(600), Math.Min(Bytes.Length, _failsAfter) - at));
                Bytes.AsSpan(at, piece).CopyTo(room);
                output.Advance(piece);
                at += piece;
            }
            // Three ways to fail: an exception, too little, no end.
            if (!Fails)
                context.Complete();
            else if (_way == 2 && at < Bytes.Length)
                context.Complete();
            else if (_way != 3)
                throw new InvalidOperationException("The message fails.");
        }
    }

    // Gives memory full of garbage, in blocks of any size, anew for each request.
    private sealed class Blocks(Random random, int smallest = 1) : IBufferWriter<byte>
    {
        private byte[] _block = [];

        public ArrayBufferWriter<byte> Written { get; } = new();

        public int Requests { get; private set; }

        public int Advances { get; private set; }

        public void Advance(int count)
        {
            Advances++;
            Written.Write(_block.AsSpan(0, count));
            _block = [];
        }

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Requests++;
            _block = new byte[Math.Max(Math.Max(sizeHint, smallest), random.Next(700))];
            Array.Fill(_block, (byte)0xEE);
            return _block;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj.Length;
    }
}
