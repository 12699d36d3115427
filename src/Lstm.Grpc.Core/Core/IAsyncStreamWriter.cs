namespace Grpc.Core;

/// <summary>Sends messages one after the other. One write at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>Sends a message; completes when flow control lets the next one follow.</summary>
    /// <param name="message">The message; it may be reused once the task is complete.</param>
    /// <returns>The write.</returns>
    /// <exception cref="InvalidOperationException">Another write is under way, or the call has ended.</exception>
    Task WriteAsync(T message);

    /// <summary>Sends a message; completes when flow control lets the next one follow.</summary>
    /// <param name="message">The message; it may be reused once the task is complete.</param>
    /// <param name="cancellationToken">Cancels the write, and with it the call.</param>
    /// <returns>The write.</returns>
    /// <exception cref="NotSupportedException">This writer cannot cancel a write.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? throw new NotSupportedException("This stream writer cannot cancel a write: call WriteAsync(message).")
        : WriteAsync(message);

    /// <summary>Options of the writes that follow; null: the options of the call.</summary>
    WriteOptions? WriteOptions { get; set; }
}
