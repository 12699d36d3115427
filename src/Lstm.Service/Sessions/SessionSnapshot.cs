using Lstm.Engine;
using Lstm.Service.Models;

namespace Lstm.Service.Sessions;

/// <summary>What a session was at one moment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Model">Its model.</param>
/// <param name="Step">Steps done.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="LastStepAt">When it stepped last, or null.</param>
/// <param name="Resumed">In the answer to an open: it existed already.</param>
/// <param name="State">[state_size] when asked for, else null.</param>
internal sealed record SessionSnapshot(
    string Id, ServedModel Model, ulong Step, DateTimeOffset CreatedAt, DateTimeOffset? LastStepAt, bool Resumed = false, float[]? State = null)
{
    /// <summary>Beside the state what the session was given when it opened, where that is no part of the state itself.</summary>
    public IReadOnlyList<SessionInput> Kept { get; init; } = [];
}
