using Lstm.Service.Sessions;

namespace Lstm.Service.Rest.Bodies;

/// <summary>A session.</summary>
/// <param name="SessionId">Its id.</param>
/// <param name="Model">Its model.</param>
/// <param name="Step">Steps done so far; the next one is step + 1.</param>
/// <param name="CreatedAt">RFC 3339, UTC.</param>
/// <param name="LastStepAt">RFC 3339, UTC; empty before the first step.</param>
/// <param name="Resumed">In the answer to an open: it existed already.</param>
/// <param name="InputSize">Values per step in.</param>
/// <param name="OutputSize">Values per step out.</param>
/// <param name="State">On request: h and c of each layer.</param>
internal sealed record SessionBody(
    string SessionId, string Model, ulong Step, string CreatedAt, string LastStepAt, bool Resumed, int InputSize, int OutputSize, NamedTensorBody[]? State)
{
    /// <summary>Describes a session.</summary>
    /// <param name="session">The session.</param>
    /// <returns>The body.</returns>
    public static SessionBody From(SessionSnapshot session) => new(
        session.Id, session.Model.Name, session.Step, Rfc3339.Format(session.CreatedAt), session.LastStepAt is { } at ? Rfc3339.Format(at) : "",
        session.Resumed, session.Model.InputSize, session.Model.OutputSize, NamedTensorBody.Cut(session.Model.Model.Info.States, session.State, session.Kept));
}
