using Lstm.Service.Errors;

namespace Lstm.Service.Sessions;

/// <summary>What is remembered of an ended session: enough to tell the next caller why.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Model">Its model.</param>
/// <param name="Step">Steps it had done.</param>
/// <param name="Cause">Why it ended.</param>
/// <param name="EndedAt">When.</param>
/// <param name="IdleTimeout">The limit that it exceeded, if it expired.</param>
internal sealed record Tombstone(string Id, string Model, ulong Step, SessionEndCause Cause, DateTimeOffset EndedAt, TimeSpan IdleTimeout)
{
    /// <summary>The fault to tell.</summary>
    /// <returns>SESSION_EXPIRED or SESSION_CLOSED.</returns>
    public LstmException ToException() => Cause == SessionEndCause.Expired
        ? Throw.SessionExpired(Id, Model, Step, EndedAt, IdleTimeout)
        : Throw.SessionClosed(Id, Model, Step, EndedAt);
}
