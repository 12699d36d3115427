namespace Lstm.Cli.Bench.Service;

/// <summary>What is sent, and how much of it at once.</summary>
/// <param name="Sessions">Open sessions, spread over the streams.</param>
/// <param name="Streams">gRPC streams, spread over the connections.</param>
/// <param name="Connections">HTTP/2 connections, with a thread of the generator each.</param>
/// <param name="Chunk">Steps of one session in a message.</param>
/// <param name="Batch">Sessions in a message, one step each; 0: none, a message is of one session.</param>
/// <param name="Window">Messages in flight on a stream, without a rate; 0: as many as let each of its sessions have one step in flight.</param>
/// <param name="Rate">Requests a second, sent at their times whatever the server does; null: each reply is followed by the next request.</param>
internal sealed record LoadShape(int Sessions, int Streams, int Connections = 1, int Chunk = 1, int Batch = 0, int Window = 0, double? Rate = null)
{
    /// <summary>Sessions of the fullest stream.</summary>
    public int SessionsPerStream => (Sessions + Streams - 1) / Streams;

    /// <summary>Why this cannot be; null: it can.</summary>
    /// <returns>What was expected and found.</returns>
    public string? FindFault() =>
        Streams > Sessions ? $"Expected at least a session for each stream but got {Sessions} sessions and {Streams} streams (--sessions, --streams)."
        : Connections > Streams ? $"Expected at least a stream for each connection but got {Streams} streams and {Connections} connections (--streams, --connections)."
        : Batch > 0 && Chunk > 1 ? $"Expected --chunk or --batch but got both: a message holds several steps of one session ({Chunk}) or one step of several sessions ({Batch})."
        : Batch > Sessions / Streams ? $"Expected --batch of at most {Sessions / Streams}, the sessions of a stream, but got {Batch}. Use fewer streams or more sessions."
        : Window > 0 && Rate is not null ? $"Expected --rate or --window but got both: at a fixed rate nothing waits for replies."
        : null;

    /// <summary>In words.</summary>
    /// <returns>For example "1,000 sessions on 50 streams, one step a message".</returns>
    public override string ToString()
    {
        string message = Batch > 0 ? $"{Batch:N0} sessions a message" : Chunk > 1 ? $"{Chunk:N0} steps a message" : "one step a message";
        string rate = Rate is { } perSecond ? $", {perSecond:N0} messages/s" : "";
        return $"{Sessions:N0} {(Sessions == 1 ? "session" : "sessions")} on {Streams:N0} {(Streams == 1 ? "stream" : "streams")}, {message}{rate}";
    }
}
