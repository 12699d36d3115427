using Lstm.Cli.Bench.Http2;
using Lstm.Grpc.Tests.Protos;
using Lstm.HostilePeers.Wire;
using Google.Protobuf;

namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>What a client says on a connection, and what becomes of it: frames gone, doubled, out of order, invented, and bytes that are others.</summary>
internal static class FrameDamage
{
    private static readonly string[] Methods = ["Unary", "ClientStream", "ServerStream", "Duplex"];

    /// <summary>Draws the bytes of a connection.</summary>
    public static byte[] Draw(Random random)
    {
        List<byte[]> frames = Sound(random);
        for (int n = random.Next(1, 5); n > 0 && frames.Count > 1; n--)
            DamageFrames(frames, random);
        List<byte> bytes = [.. frames.SelectMany(frame => frame)];
        for (int n = random.Next(4); n > 0 && bytes.Count > 8; n--)
            DamageBytes(bytes, random);
        return [.. bytes];
    }

    // A few calls at the same time.
    private static List<byte[]> Sound(Random random)
    {
        List<byte[]> frames = [[.. Frames.Preface], Frames.Settings((1, 0), (PeerConnection.InitialWindowSize, random.Next(2) == 0 ? random.Next(100) : 1 << 30))];
        int calls = random.Next(1, 5);
        for (int n = 0; n < calls; n++)
        {
            int id = 2 * n + 1;
            byte[] block = Frames.Block(Frames.CallHead($"/lstm.grpc.tests.Probe/{Methods[random.Next(Methods.Length)]}").Append(("x-n", $"{n}")));
            int cut = random.Next(3) == 0 ? random.Next(block.Length) : block.Length;
            frames.Add(Frames.Frame(FrameType.Headers, cut == block.Length ? FrameHeader.EndHeaders : (byte)0, id, block.AsSpan(0, cut)));
            if (cut < block.Length)
                frames.Add(Frames.Frame(FrameType.Continuation, FrameHeader.EndHeaders, id, block.AsSpan(cut)));
            for (int m = random.Next(3); m >= 0; m--)
            {
                var request = new ProbeRequest { Text = "x", Replies = random.Next(3), ReplyBytes = random.Next(200) };
                frames.Add(Frames.Frame(FrameType.Data, m == 0 ? FrameHeader.EndStream : (byte)0, id, Frames.Message(request.ToByteArray())));
            }
        }

        frames.Add(Frames.Frame(FrameType.Ping, 0, 0, new byte[8]));
        frames.Add(Frames.Number(FrameType.WindowUpdate, 0, 1 << 20));
        return frames;
    }

    private static void DamageFrames(List<byte[]> frames, Random random)
    {
        int at = random.Next(1, frames.Count);
        switch (random.Next(6))
        {
            case 0:
                frames.RemoveAt(at);
                break;
            case 1:
                frames.Insert(random.Next(1, frames.Count), frames[at]);
                break;
            case 2:
                int other = random.Next(1, frames.Count);
                (frames[at], frames[other]) = (frames[other], frames[at]);
                break;
            case 3:
                frames[at] = frames[at][..random.Next(frames[at].Length)];
                break;
            case 4:
                frames.Insert(at, Frames.Number(FrameType.ResetStream, 2 * random.Next(4) + 1, (uint)random.Next(20)));
                break;
            default:
                frames.Insert(at, Invented(random));
                break;
        }
    }

    private static byte[] Invented(Random random)
    {
        byte[] payload = new byte[random.Next(40)];
        random.NextBytes(payload);
        int? announced = random.Next(4) == 0 ? random.Next(1 << random.Next(1, 24)) : null;
        return Frames.Frame((FrameType)random.Next(12), (byte)(1 << random.Next(8)), random.Next(9), payload, announced);
    }

    private static void DamageBytes(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveAt(at);
                break;
            default:
                bytes.RemoveRange(at, random.Next(6) == 0 ? bytes.Count - at : 1);
                break;
        }
    }
}
