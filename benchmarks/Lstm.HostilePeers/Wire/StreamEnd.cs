namespace Lstm.HostilePeers.Wire;

/// <summary>How a call ended, as its client saw it.</summary>
/// <param name="HttpStatus">:status; null when no head came.</param>
/// <param name="GrpcStatus">grpc-status; null when none came.</param>
/// <param name="Reset">The error of RST_STREAM (RFC 9113 section 7), when that came instead of trailers.</param>
/// <param name="Lost">How the connection ended, when it ended before the call.</param>
/// <param name="Body">The messages, with their prefixes.</param>
internal sealed record StreamEnd(int? HttpStatus, int? GrpcStatus, uint? Reset, string? Lost, byte[] Body)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Lost ?? (Reset is { } error ? $"RST_STREAM {error}" : GrpcStatus is { } status ? $"grpc-status {status}" : $"HTTP {HttpStatus}");
}
