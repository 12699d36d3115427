namespace Lstm.Service.Grpc;

/// <summary>A call's part of <see cref="HeldBytes"/>.</summary>
internal sealed class HeldCall
{
    private readonly Lock _ending = new();
    private readonly HeldBytes _all;
    private readonly Action _end;
    private bool _over;

    /// <summary>Holds nothing yet.</summary>
    /// <param name="all">What all calls hold.</param>
    /// <param name="end">Ends the call, from any thread; not called once the call is over.</param>
    public HeldCall(HeldBytes all, Action end)
    {
        (_all, _end) = (all, end);
        Place = new(this);
    }

    /// <summary>Where it stands among those that wait; for <see cref="HeldBytes"/>.</summary>
    public LinkedListNode<HeldCall> Place { get; }

    /// <summary>Bytes that it holds; for <see cref="HeldBytes"/>.</summary>
    public long Bytes { get; set; }

    /// <summary>It has to end for the others; for <see cref="HeldBytes"/>.</summary>
    public bool IsEnded { get; set; }

    /// <summary>Holds another number of bytes than before.</summary>
    /// <param name="bytes">Bytes.</param>
    public void Change(long bytes) => _all.Change(this, bytes);

    /// <summary>Ends the call for the others.</summary>
    public void End()
    {
        lock (_ending)
            if (!_over)
                _end();
    }

    /// <summary>The call is over: it holds nothing, and what would be ended is another's from here on, as servers use the objects of requests again.</summary>
    public void Close()
    {
        lock (_ending)
            _over = true;
        Change(0);
    }
}
