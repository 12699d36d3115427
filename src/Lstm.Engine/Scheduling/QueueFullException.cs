namespace Lstm.Engine.Scheduling;

/// <summary>Too many steps wait for a model; nothing was stepped, retry later.</summary>
/// <param name="limit">How many may wait.</param>
public sealed class QueueFullException(int limit)
    : Exception($"{limit} steps already wait for this model (max_queue). Nothing was stepped; retry later or raise max_queue.")
{
    /// <summary>How many may wait.</summary>
    public int Limit { get; } = limit;
}
