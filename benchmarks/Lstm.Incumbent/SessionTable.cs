using System.Collections.Concurrent;

namespace Lstm.Incumbent;

/// <summary>The dictionary of states.</summary>
internal sealed class SessionTable
{
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <summary>Opens a session, or finds the one that there is.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="model">Its model.</param>
    /// <returns>The session.</returns>
    public Session Open(string id, StepModel model) => _sessions.GetOrAdd(id, static (id, model) => new Session(id, model), model);

    /// <summary>Ends a session.</summary>
    /// <param name="session">The session.</param>
    public void End(Session session) => _sessions.TryRemove(session.Id, out _);
}
