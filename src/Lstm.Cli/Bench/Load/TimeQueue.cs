namespace Lstm.Cli.Bench.Load;

/// <summary>When the messages were sent whose replies have not come: first in, first out.</summary>
internal sealed class TimeQueue
{
    private long[] _times = new long[64];
    private int _first;

    /// <summary>Messages in flight.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a message.</summary>
    /// <param name="time">When it was sent, or should have been.</param>
    public void Add(long time)
    {
        if (Count == _times.Length)
            Grow();
        _times[(_first + Count) & (_times.Length - 1)] = time;
        Count++;
    }

    /// <summary>Takes the oldest.</summary>
    /// <returns>Its time.</returns>
    public long Take()
    {
        long time = _times[_first];
        _first = (_first + 1) & (_times.Length - 1);
        Count--;
        return time;
    }

    private void Grow()
    {
        var larger = new long[2 * _times.Length];
        for (int n = 0; n < Count; n++)
            larger[n] = _times[(_first + n) & (_times.Length - 1)];
        (_times, _first) = (larger, 0);
    }
}
