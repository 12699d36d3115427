using System.Buffers;

namespace Lstm.HostilePeers.Wire;

/// <summary>One call of a <see cref="PeerConnection"/>.</summary>
/// <param name="id">Its number on the connection, odd.</param>
/// <param name="window">Bytes that the server takes at first.</param>
internal sealed class PeerStream(int id, int window)
{
    private readonly TaskCompletionSource<StreamEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArrayBufferWriter<byte> _body = new();
    private int? _httpStatus;
    private int? _grpcStatus;

    /// <summary>Its number on the connection, odd.</summary>
    public int Id { get; } = id;

    /// <summary>Bytes that may be sent now, as far as this stream is concerned; guarded by the connection.</summary>
    public int SendWindow { get; set; } = window;

    /// <summary>Completes when the server ended the call or the connection is gone; never fails.</summary>
    public Task<StreamEnd> Ended => _ended.Task;

    /// <summary>Takes bytes of the response.</summary>
    /// <param name="data">The bytes.</param>
    public void Take(ReadOnlySpan<byte> data) => _body.Write(data);

    /// <summary>Takes a head or trailers.</summary>
    /// <param name="httpStatus">:status.</param>
    /// <param name="grpcStatus">grpc-status.</param>
    public void TakeHead(int? httpStatus, int? grpcStatus)
    {
        _httpStatus ??= httpStatus;
        _grpcStatus ??= grpcStatus;
    }

    /// <summary>Ends the call; only the first end counts.</summary>
    /// <param name="reset">The error of RST_STREAM.</param>
    /// <param name="lost">How the connection ended.</param>
    public void End(uint? reset = null, string? lost = null) => _ended.TrySetResult(new(_httpStatus, _grpcStatus, reset, lost, _body.WrittenSpan.ToArray()));
}
