namespace Lstm.Engine.Scheduling;

/// <summary>Too many steps wait for a lane; nothing was stepped, retry later.</summary>
/// <param name="limit">How many may wait for a lane.</param>
/// <param name="share">How many of them may be one tenant's while others wait; the limit when none do.</param>
public sealed class QueueFullException(int limit, int share)
    : Exception($"{limit} steps already wait for this lane of the model (its part of max_queue){Of(share, limit)}. Nothing was stepped; retry later or raise max_queue.")
{
    /// <summary>How many may wait.</summary>
    public int Limit { get; } = limit;

    /// <summary>How many of them may be one tenant's while others wait; <see cref="Limit"/> when none do.</summary>
    public int Share { get; } = share;

    private static string Of(int share, int limit) => share < limit ? $", and this tenant has its share of {share}" : "";
}
