using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>The request messages of a call.</summary>
internal sealed class ServerStreamReader<T>(ServerCall call, MessageReader<T> messages) : IAsyncStreamReader<T>, IMessageSource<T>
    where T : class
{
    private static readonly Task<bool> True = Task.FromResult(true);
    private static readonly Task<bool> False = Task.FromResult(false);

    private int _reading;
    private bool _atEnd;

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
        if (_atEnd)
            return new(false);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        if (call.HasEnded)
            return ValueTask.FromException<bool>(new InvalidOperationException("The call has ended: nothing can be read any more."));
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            return ValueTask.FromException<bool>(new InvalidOperationException("A read is under way: await it before the next."));
        var read = messages.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? new(Finish(read.Result)) : FinishAsync(read);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FinishAsync(ValueTask<bool> read)
    {
        try
        {
            return Finish(await read.ConfigureAwait(false));
        }
        catch
        {
            Volatile.Write(ref _reading, 0);
            throw;
        }
    }

    private bool Finish(bool found)
    {
        if (found)
            call.CountReceived();
        else
            _atEnd = true;
        Volatile.Write(ref _reading, 0);
        return found;
    }
}
