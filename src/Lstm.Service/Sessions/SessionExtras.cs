using Lstm.Engine;

namespace Lstm.Service.Sessions;

/// <summary>What few sessions need, kept apart so that the others stay small.</summary>
internal sealed class SessionExtras
{
    private Queue<TaskCompletionSource>? _waiting;

    /// <summary>What the session was given when it opened.</summary>
    public IReadOnlyList<SessionInput> Inputs { get; set; } = [];

    /// <summary>What of it is kept beside the state; null for nothing.</summary>
    public SessionContext? Context { get; set; }

    /// <summary>Guards <see cref="Waiting"/>.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Who waits for the session, first come first served.</summary>
    public Queue<TaskCompletionSource> Waiting => _waiting ??= new();

    /// <summary>The last message when it was a chunk or had gates; null when it was one step, which lies beside the state.</summary>
    public StepMessage? Last { get; set; }

    /// <summary>Room for the next such message; changes places with <see cref="Last"/> when it succeeds.</summary>
    public StepMessage? Next { get; set; }

    /// <summary>Why the session ended, or null while it lives.</summary>
    public Tombstone? End { get; set; }
}
