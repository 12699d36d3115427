using Lstm.Service.Options;

namespace Lstm.Service.Grpc;

/// <summary>
/// How much memory holds messages that have arrived in part, over all calls. HTTP/2 gives back its windows as bytes are looked at, so a peer
/// may have almost a whole message waiting on every stream of every connection: no limit of one message or one connection bounds their sum.
/// </summary>
/// <param name="options">The limit.</param>
internal sealed class PartialMessages(GrpcOptions options)
{
    // Steps are smaller, so they are never refused for what others hold.
    private const int FreeBytes = 64 << 10;

    private long _bytes;

    /// <summary>Bytes held now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Changes what one call holds.</summary>
    /// <param name="counted">Bytes of the call that count so far.</param>
    /// <param name="held">Bytes that it holds now.</param>
    /// <returns>False: it would be too much, and nothing of the call counts any more.</returns>
    public bool TryChange(ref long counted, long held)
    {
        long next = held > FreeBytes ? held : 0;
        if (next == counted)
            return true;
        bool fits = Interlocked.Add(ref _bytes, next - counted) <= options.MaxPartialBytes || next < counted;
        counted = next;
        return fits || Release(ref counted);
    }

    // False, for the one caller.
    private bool Release(ref long counted)
    {
        Interlocked.Add(ref _bytes, -counted);
        counted = 0;
        return false;
    }
}
