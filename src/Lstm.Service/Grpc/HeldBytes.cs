namespace Lstm.Service.Grpc;

/// <summary>
/// Bytes that calls hold while they wait for their peers, over all calls. When they are too many, those calls that have waited longest are ended
/// until the others fit: whoever keeps up never suffers for those who do not.
/// </summary>
/// <param name="limit">Bytes at most.</param>
internal abstract class HeldBytes(long limit)
{
    private readonly Lock _changing = new();
    private readonly LinkedList<HeldCall> _longestFirst = [];
    private long _bytes;

    /// <summary>Bytes held now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Changes what one call holds. It waits from when it holds something until it holds nothing.</summary>
    /// <param name="call">The call.</param>
    /// <param name="bytes">Bytes that it holds now; of one that was ended nothing counts any more.</param>
    public void Change(HeldCall call, long bytes)
    {
        List<HeldCall>? ended = null;
        lock (_changing)
        {
            if (call.IsEnded)
                return;
            Count(call, bytes);
            while (_bytes > limit)
            {
                var longest = _longestFirst.First!.Value; // not null: what is too much is held by somebody
                Count(longest, 0);
                longest.IsEnded = true;
                (ended ??= []).Add(longest);
            }
        }

        // The server's own locks are taken here.
        ended?.ForEach(static call => call.End());
    }

    private void Count(HeldCall call, long bytes)
    {
        if (bytes > 0 && call.Bytes == 0)
            _longestFirst.AddLast(call.Place);
        else if (bytes == 0 && call.Bytes > 0)
            _longestFirst.Remove(call.Place);
        _bytes += bytes - call.Bytes;
        call.Bytes = bytes;
    }
}
