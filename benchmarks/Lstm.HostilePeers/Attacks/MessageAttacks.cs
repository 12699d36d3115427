using Lstm.HostilePeers.Wire;

namespace Lstm.HostilePeers.Attacks;

/// <summary>Messages that are wrong, too large, or never whole.</summary>
internal static class MessageAttacks
{
    private const int Workers = 8;

    /// <summary>Calls with a body, again and again.</summary>
    /// <param name="target">The server.</param>
    /// <param name="head">The block of headers.</param>
    /// <param name="body">The body of the call of a number.</param>
    /// <param name="end">Whether the body is ended.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task CallAsync(Target target, byte[] head, Func<int, ReadOnlyMemory<byte>> body, bool end) => target.RepeatAsync(Workers, async (connection, n) =>
    {
        var stream = await connection.OpenAsync(head, cancellation: target.Stop);
        await connection.SendDataAsync(stream, body(n), end, target.Stop);
        return stream;
    });

    /// <summary>Compressed messages.</summary>
    /// <param name="target">The server.</param>
    /// <param name="encoding">gzip or deflate.</param>
    /// <param name="message">The message as it is sent.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task CompressedAsync(Target target, string encoding, byte[] message)
    {
        byte[] body = Frames.Message(message, flag: 1);
        return CallAsync(target, Requests.Head("Step", ("grpc-encoding", encoding)), _ => body, end: true);
    }

    /// <summary>A request that is cut at every byte in turn.</summary>
    /// <param name="target">The server.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task CutAsync(Target target)
    {
        byte[] whole = Requests.Open(target.Model);
        return CallAsync(target, Requests.Stream, n => whole.AsMemory(0, 1 + n % (whole.Length - 1)), end: true);
    }

    /// <summary>Calls that each announce the largest message and send a part of it.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Calls on each.</param>
    /// <param name="sent">Bytes of the message that are sent.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task PartAsync(Target target, int connections, int streams, int sent)
    {
        byte[] part = Frames.Message(new byte[sent], announced: Requests.Limit);
        return HoldAsync(target, connections, streams, Requests.Stream, part);
    }

    /// <summary>Calls that each send a whole request and never end it.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Calls on each.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task WithoutEndAsync(Target target, int connections, int streams) =>
        HoldAsync(target, connections, streams, Requests.Predict, Requests.ManyEmptySequences(target.Model));

    /// <summary>Messages of no bytes, three thousand in a frame, on streams whose replies are read.</summary>
    /// <param name="target">The server.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task EmptyMessagesAsync(Target target) => OnOneStreamAsync(target, new byte[5 * 3000]);

    /// <summary>The same frame on one stream of each connection, again and again.</summary>
    /// <param name="target">The server.</param>
    /// <param name="data">What is in it.</param>
    /// <returns>Ends by cancellation.</returns>
    public static Task OnOneStreamAsync(Target target, byte[] data) => target.RepeatAsync(Workers, async (connection, _) =>
    {
        var stream = await connection.OpenAsync(Requests.Stream, cancellation: target.Stop);
        await connection.SendDataAsync(stream, Requests.Open(target.Model), end: false, target.Stop);
        while (!stream.Ended.IsCompleted)
            await connection.SendDataAsync(stream, data, end: false, target.Stop);
        return stream;
    });

    private static Task HoldAsync(Target target, int connections, int streams, byte[] head, byte[] body) => target.HoldAsync(connections, streams, async connection =>
    {
        var stream = await connection.OpenAsync(head, cancellation: target.Stop);
        await connection.SendDataAsync(stream, body, end: false, target.Stop);
        return stream;
    });
}
