using Grpc.Core;

namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>What has to come of a call.</summary>
/// <param name="HttpStatus">:status.</param>
/// <param name="Status">grpc-status; null: the request is no gRPC call.</param>
/// <param name="Replies">Text and count of each reply.</param>
internal sealed record Expected(int HttpStatus, StatusCode? Status, IReadOnlyList<(string Text, int Count)> Replies)
{
    /// <summary>An end without replies.</summary>
    public static Expected Of(StatusCode status) => new(200, status, []);

    /// <inheritdoc/>
    public override string ToString() => $"HTTP {HttpStatus}, {Status?.ToString() ?? "no status"}, replies [{string.Join(", ", Replies.Select(reply => $"{reply.Text}#{reply.Count}"))}]";
}
