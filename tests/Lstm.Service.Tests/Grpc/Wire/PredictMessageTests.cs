using System.Buffers;
using Google.Protobuf;
using Lstm.Service.Grpc.Wire;
using Lstm.V1;

namespace Lstm.Service.Tests.Grpc.Wire;

/// <summary>What is counted on the bytes of a request is what the generated parser makes of them, in whatever form they come.</summary>
public sealed class PredictMessageTests
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, GroupStart = 3, GroupEnd = 4, Fixed32 = 5;
    private static readonly MessageParser<PredictRequest> Parser = PredictRequest.Parser.WithDiscardUnknownFields(true);

    [Fact]
    public void Count_FormsThatFewWrite_SeesWhatTheGeneratedParserSees()
    {
        byte[] two = [0x12, 0, 0x12, 0];
        byte[][] forms =
        [
            [],
            two,
            [0x0A, 1, (byte)'a', .. two, 0x0A, 1, (byte)'b', .. two], // the model twice: the last
            [0x92, 0x80, 0x00, 0x80, 0x00, .. two], // tag and length longer than needed
            [0x92, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0, .. two], // a tag of 64 bits
            [0x12, 0x82, 0x80, 0x80, 0x80, 0xF0, 0xFF, 0x01, 0x12, 0, .. two], // a length of more than 32 bits
            [0x10, 5, .. two], // field 2 as an integer: not known
            [0x7B, .. two, 0x7C, .. two], // in a group, which is not known
            [0x7B, 0x83, 0x01, .. two, 0x84, 0x01, 0x7C, .. two], // in a group in a group
            [0x7A, 2, 0x12, 0, .. two],
            [0x79, 1, 2, 3, 4, 5, 6, 7, 0x12, .. two],
            [0x7D, 1, 2, 3, 0x12, .. two],
            [0x18, 1, .. two],
        ];

        Assert.All(forms, static form => AssertCounts(Parser.ParseFrom(form), form));
    }

    [Fact]
    public void Count_RandomMessages_SeesWhatTheGeneratedParserSees()
    {
        int seed = Environment.TickCount, refused = 0, accepted = 0;
        var random = new Random(seed);
        for (int n = 0; n < 30_000; n++)
        {
            byte[] bytes = Message(random, 0);
            for (int damage = random.Next(4) - 1; damage > 0 && bytes.Length > 0; damage--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            PredictRequest? expected = null;
            try
            {
                expected = Parser.ParseFrom(bytes);
                accepted++;
            }
            catch (InvalidProtocolBufferException)
            {
                refused++;
            }

            try
            {
                AssertCounts(expected, bytes);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Seed {seed}, message {n}: {Convert.ToHexString(bytes)}", e);
            }
        }

        Assert.True(refused > 1000 && accepted > 1000, $"{refused} refused, {accepted} accepted: the damage should do both.");
    }

    [Fact]
    public void Parse_UnknownFields_KeepsNone()
    {
        var message = PredictMessage.Read(new ReadOnlySequence<byte>([0x0A, 1, (byte)'a', 0x78, 1, 0x12, 2, 0x78, 1]));

        Assert.Equal([0x0A, 1, (byte)'a', 0x12, 0], message.Parse().ToByteArray());
    }

    // In a damaged message nothing is known but that it does not throw.
    private static void AssertCounts(PredictRequest? expected, byte[] bytes)
    {
        var message = PredictMessage.Read(new ReadOnlySequence<byte>(bytes));
        var (model, sequences) = (message.Model, message.CountSequences());
        int[] axes = [.. AxesOf(message.Bytes)];
        if (expected is not null)
        {
            Assert.Equal(expected.Model, model);
            Assert.Equal(expected.Sequences.Count, sequences);
            Assert.Equal(expected.Sequences.SelectMany(static s => s.State).Select(static piece => piece.Shape.Count), axes);
            Assert.Equal(expected, message.Parse());
        }

        message.Return();
    }

    private static List<int> AxesOf(ReadOnlySpan<byte> request)
    {
        var axes = new List<int>();
        for (var fields = new ProtoFields(request); fields.MoveNext();)
            for (var inner = new ProtoFields(fields.Tag == ProtoFields.WithLength(PredictRequest.SequencesFieldNumber) ? fields.Value : []); inner.MoveNext();)
                if (inner.Tag == ProtoFields.WithLength(Sequence.StateFieldNumber))
                    axes.Add(Service.Grpc.PredictMessageChecks.CountAxes(inner.Value));
        return axes;
    }

    // Fields 1 to 5, known and not, in every way of writing; what has a length holds such a message again, or anything.
    private static byte[] Message(Random random, int depth)
    {
        var bytes = new List<byte>();
        for (int count = random.Next(5); count > 0; count--)
        {
            int field = random.Next(1, 6), wire = depth < 4 && random.Next(2) == 0 ? LengthDelimited : random.Next(0, 6);
            if (wire == GroupEnd)
                continue;
            Number(bytes, random, (uint)(field << 3 | wire));
            switch (wire)
            {
                case Varint:
                    Number(bytes, random, (uint)random.Next());
                    break;
                case Fixed64 or Fixed32:
                    bytes.AddRange(Bytes(random, wire == Fixed64 ? 8 : 4));
                    break;
                case LengthDelimited:
                    byte[] inner = depth < 4 && random.Next(3) > 0 ? Message(random, depth + 1) : Bytes(random, 4 * random.Next(3));
                    Number(bytes, random, (uint)inner.Length);
                    bytes.AddRange(inner);
                    break;
                case GroupStart:
                    bytes.AddRange(depth < 4 ? Message(random, depth + 1) : []);
                    Number(bytes, random, (uint)(field << 3 | GroupEnd));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        for (int n = 0; n < count; n++)
            bytes[n] = (byte)random.Next(random.Next(2) == 0 ? 128 : 256);
        return bytes;
    }

    // Sometimes with more bytes than it needs, up to ten, and bits above the 32.
    private static void Number(List<byte> bytes, Random random, uint value)
    {
        int least = random.Next(8) == 0 ? random.Next(1, 11) : 1;
        for (int n = 1; n < least || value >= 0x80; n++, value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}
