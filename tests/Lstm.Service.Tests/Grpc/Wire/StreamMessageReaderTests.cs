using System.Buffers;
using Google.Protobuf;
using Lstm.Service.Grpc.Wire;
using Lstm.V1;

namespace Lstm.Service.Tests.Grpc.Wire;

/// <summary>Requests read by hand are what the generated parser reads, in whatever form they come.</summary>
public sealed class StreamMessageReaderTests
{
    // Unknown fields say nothing to this service, and would take fifty times their bytes.
    private static readonly MessageParser<StreamRequest> Parser = StreamRequest.Parser.WithDiscardUnknownFields(true);

    private static readonly StreamRequest[] Whole =
    [
        new StreamRequest { Step = new() { Handle = 1, Step = 2, X = { 1, -0f, float.NaN, float.MaxValue }, Count = 3, WantState = true, WantGates = true } },
        new StreamRequest { Step = new() { Handle = uint.MaxValue, Step = ulong.MaxValue, Count = uint.MaxValue, X = { Enumerable.Range(0, 3000).Select(static n => n / 7f) } } },
        new StreamRequest { Step = new() },
        new StreamRequest { Batch = new() { Handles = { 1, 127, 128, 16383, 16384, uint.MaxValue }, Steps = { 0, 1, ulong.MaxValue, 300, 5, 6 }, X = { 1, 2, 3, 4, 5, 6 } } },
        new StreamRequest { Batch = new() { Handles = { Enumerable.Range(1, 4000).Select(static n => (uint)n) }, X = { Enumerable.Range(0, 9000).Select(static n => n / 3f) } } },
        new StreamRequest { Batch = new() },
        new StreamRequest { Open = new() { Handle = 4, Model = "nyc-taxi", SessionId = "a" } },
        new StreamRequest { Close = new() { Handle = 4, EndSession = true } },
        new StreamRequest(),
    ];

    public static TheoryData<StreamRequest> Messages() => [.. Whole];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Read_WhatTheGeneratedCodeWrote_GivesItsValues(StreamRequest message)
    {
        byte[] bytes = message.ToByteArray();

        AssertEqual(message, StreamMessageReader.Read(new ReadOnlySequence<byte>(bytes)));
        foreach (int piece in (int[])[1, 3, 4096])
            AssertEqual(message, StreamMessageReader.Read(Cut(bytes, piece)));
    }

    [Fact]
    public void Read_FormsThatFewWrite_MeansWhatTheGeneratedParserSays()
    {
        byte[] step = [0x08, 5, 0x10, 9, 0x1A, 4, 0, 0, 0x80, 0x3F];
        byte[][] forms =
        [
            [0x12, 10, .. step],
            [0x12, 10, .. step, 0x12, 2, 0x08, 7], // the kind twice: merged
            [0x12, 2, 0x08, 7, 0x22, 2, 0x0A, 0], // two kinds: the last
            [0x12, 16, .. step, 0x1A, 4, 0, 0, 0, 0x40], // x in two pieces
            [0x12, 15, .. step, 0x1D, 0, 0, 0, 0x40], // one x that is not packed
            [0x12, 12, .. step, 0x78, 1], // a field that is not known
            [0x12, 10, .. step, 0x78, 1],
            [0x12, 12, .. step, 0x08, 6], // a handle twice: the last
            [0x92, 0x80, 0x00, 10, .. step], // a tag longer than needed
            [0x12, 0x8A, 0x80, 0x00, .. step],
            [0x12, 7, 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], // more than 32 bits of a handle
            [0x22, 4, 0x08, 7, 0x08, 9], // handles that are not packed
            [0x22, 7, 0x0A, 1, 3, 0x08, 7, 0x10, 9],
            [0x22, 8, 0x0A, 1, 3, 0x0A, 3, 4, 0x80, 0x01], // handles in two pieces
            [0x0A, 0],
            [],
        ];

        Assert.All(forms, form => AssertEqual(Parser.ParseFrom(form), StreamMessageReader.Read(new ReadOnlySequence<byte>(form))));
    }

    [Fact]
    public void Read_DamagedMessages_FailsExactlyWhereTheGeneratedParserFails()
    {
        byte[][] whole = [.. Whole.Select(static message => message.ToByteArray()).Where(static bytes => bytes.Length is > 0 and < 200)];
        int seed = Environment.TickCount, refused = 0, accepted = 0;
        var random = new Random(seed);
        for (int n = 0; n < 50_000; n++)
        {
            byte[] bytes = [.. whole[random.Next(whole.Length)]];
            for (int damage = random.Next(1, 4); damage > 0; damage--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            StreamRequest? expected = null;
            try
            {
                expected = Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException)
            {
                refused++;
            }

            try
            {
                if (expected is null)
                    Assert.Throws<InvalidProtocolBufferException>(() => StreamMessageReader.Read(new ReadOnlySequence<byte>(bytes)));
                else
                    AssertEqual(expected, StreamMessageReader.Read(random.Next(2) == 0 ? new ReadOnlySequence<byte>(bytes) : Cut(bytes, random.Next(1, 9))));
                accepted += expected is null ? 0 : 1;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Seed {seed}, message {n}: {Convert.ToHexString(bytes)}", e);
            }
        }

        Assert.True(refused > 1000 && accepted > 1000, $"{refused} refused, {accepted} accepted: the damage should do both.");
    }

    [Theory]
    [InlineData(0x0A)]
    [InlineData(0x12)]
    [InlineData(0x1A)]
    [InlineData(0x22)]
    public void Read_ManyPieces_AreNotMerged(byte tag)
    {
        byte[] four = [tag, 0, tag, 0, tag, 0, tag, 0];

        AssertEqual(Parser.ParseFrom(four), StreamMessageReader.Read(new ReadOnlySequence<byte>(four)));
        var refused = StreamMessageReader.Read(new ReadOnlySequence<byte>([.. four, 0x78, 1, 0x12, 0]));
        Assert.Equal(
            "Expected one of open, step, batch and close in a message, once, but got 5 of them. Up to 4 are merged as Protobuf says; send a message for each request.", refused.Fault?.Message);
        AssertEqual(new StreamRequest(), refused);
    }

    [Fact]
    public void Rent_AfterReturn_IsEmpty()
    {
        for (int n = 0; n < 100; n++)
        {
            var message = StreamMessageReader.Read(new ReadOnlySequence<byte>(Whole[n % Whole.Length].ToByteArray()));
            message.Return();
            AssertEqual(new StreamRequest(), message);
        }
    }

    private static void AssertEqual(StreamRequest expected, StreamMessage message)
    {
        Assert.Equal(expected.KindCase, message.Kind);
        bool plain = message.Kind is StreamRequest.KindOneofCase.Step or StreamRequest.KindOneofCase.Batch;
        Assert.Equal(plain || expected.KindCase == StreamRequest.KindOneofCase.None ? null : expected, message.Kind == StreamRequest.KindOneofCase.None ? null : message.Other);
        var step = expected.Step ?? new();
        Assert.Equal((step.Handle, step.Step, step.Count, step.WantState, step.WantGates), (message.Handle, message.Step, message.Count, message.WantState, message.WantGates));
        var batch = expected.Batch ?? new();
        Assert.Equal(batch.Handles, message.Handles.Span.ToArray());
        Assert.Equal(batch.Steps, message.Steps.Span.ToArray());
        Assert.Equal((expected.Step?.X ?? batch.X).Select(BitConverter.SingleToUInt32Bits), message.X.Span.ToArray().Select(BitConverter.SingleToUInt32Bits));
    }

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int piece)
    {
        if (bytes.Length == 0)
            return ReadOnlySequence<byte>.Empty;
        var first = new Piece(bytes.AsMemory(0, Math.Min(piece, bytes.Length)), 0);
        var last = first;
        for (int at = piece; at < bytes.Length; at += piece)
            last = last.Append(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)));
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
