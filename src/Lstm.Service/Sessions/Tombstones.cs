using System.Diagnostics.CodeAnalysis;

namespace Lstm.Service.Sessions;

/// <summary>The ends of the latest sessions, up to a limit; the oldest is forgotten first.</summary>
/// <param name="limit">How many are remembered.</param>
internal sealed class Tombstones(int limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Tombstone>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<Tombstone> _oldestFirst = new();

    /// <summary>Remembers an end.</summary>
    /// <param name="tombstone">The end.</param>
    public void Add(Tombstone tombstone)
    {
        if (limit == 0)
            return;
        lock (_gate)
        {
            Forget(tombstone.Id);
            if (_byId.Count >= limit && _oldestFirst.First is { } oldest)
                Forget(oldest.Value.Id);
            _byId[tombstone.Id] = _oldestFirst.AddLast(tombstone);
        }
    }

    /// <summary>Forgets an end, because the id lives again.</summary>
    /// <param name="id">The session's id.</param>
    public void Remove(string id)
    {
        lock (_gate)
            Forget(id);
    }

    /// <summary>Looks an end up.</summary>
    /// <param name="id">The session's id.</param>
    /// <param name="tombstone">The end.</param>
    /// <returns>Whether it is remembered.</returns>
    public bool TryGet(string id, [NotNullWhen(true)] out Tombstone? tombstone)
    {
        lock (_gate)
        {
            tombstone = _byId.TryGetValue(id, out var node) ? node.Value : null;
            return tombstone is not null;
        }
    }

    private void Forget(string id)
    {
        if (_byId.Remove(id, out var node))
            _oldestFirst.Remove(node);
    }
}
