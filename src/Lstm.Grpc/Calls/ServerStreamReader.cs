using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>The request messages of a call.</summary>
internal sealed class ServerStreamReader<T>(ServerCall call, MessageReader<T> messages) : IAsyncStreamReader<T>, IMessageSource<T>
    where T : class
{
    private static readonly Task<bool> True = Task.FromResult(true);
    private static readonly Task<bool> False = Task.FromResult(false);

    public T Current => messages.Current ?? throw new InvalidOperationException("There is no message: MoveNext was not called, or it found the end.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        var read = ReadAsync(cancellationToken);
        if (!read.IsCompletedSuccessfully)
            return read.AsTask();
        return read.Result ? True : False;
    }

    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (messages.IsOver)
            return new(false);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        if (call.HasEnded)
            return ValueTask.FromException<bool>(new InvalidOperationException("The call has ended: nothing can be read any more."));
        return messages.ReadAsync(cancellationToken);
    }
}
