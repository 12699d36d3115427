namespace Lstm.Service.Rest.Bodies;

/// <summary>Open sessions, in the order of their ids.</summary>
/// <param name="Sessions">This page.</param>
/// <param name="NextPageToken">For the next page; empty: this was the last.</param>
/// <param name="Total">Open sessions that match.</param>
internal sealed record SessionListBody(SessionBody[] Sessions, string NextPageToken, int Total);
