namespace Grpc.Core;

/// <summary>Messages that arrive one after the other. One read at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last <see cref="MoveNext"/> found.</summary>
    T Current { get; }

    /// <summary>Waits for the next message.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="RpcException">The call failed (at the client), or the peer sent something malformed.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
