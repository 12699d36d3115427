using Grpc.Core;

namespace Grpc.Wire;

/// <summary>A stream of messages that can be awaited without a task for each: what <see cref="AsyncStreamReaderExtensions.ReadAllAsync"/> uses where it can.</summary>
/// <typeparam name="T">The message.</typeparam>
internal interface IMessageSource<out T>
{
    /// <summary>The message that the last read found.</summary>
    T Current { get; }

    /// <summary>Waits for the next message; the result is to be taken once.</summary>
    ValueTask<bool> ReadAsync(CancellationToken cancellationToken);
}
