using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Where the response messages of a call go.</summary>
internal sealed class ServerStreamWriter<T>(ServerCall call, Marshaller<T> marshaller) : IServerStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken) => message is null
        ? Task.FromException(new ArgumentNullException(nameof(message)))
        : call.WriteAsync(message, marshaller.ContextualSerializer, WriteOptions ?? call.WriteOptions, cancellationToken);
}
