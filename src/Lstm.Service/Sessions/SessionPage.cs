namespace Lstm.Service.Sessions;

/// <summary>Some of the open sessions, in the order of their ids.</summary>
/// <param name="Sessions">The page.</param>
/// <param name="NextPageToken">Where the next page starts; empty on the last.</param>
/// <param name="Total">Open sessions that match.</param>
internal sealed record SessionPage(IReadOnlyList<SessionSnapshot> Sessions, string NextPageToken, int Total);
