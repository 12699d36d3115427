using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>The request messages of a call.</summary>
internal sealed class ServerStreamReader<T>(ServerCall call, MessageReader<T> messages) : IAsyncStreamReader<T>
    where T : class
{
    private static readonly Task<bool> True = Task.FromResult(true);
    private static readonly Task<bool> False = Task.FromResult(false);

    private int _reading;
    private bool _atEnd;

    public T Current => messages.Current ?? throw new InvalidOperationException("There is no message: MoveNext was not called, or it found the end.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (_atEnd)
            return False;
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<bool>(cancellationToken);
        if (call.HasEnded)
            return Task.FromException<bool>(new InvalidOperationException("The call has ended: nothing can be read any more."));
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            return Task.FromException<bool>(new InvalidOperationException("A read is under way: await it before the next."));
        var read = messages.ReadAsync(cancellationToken);
        if (!read.IsCompletedSuccessfully)
            return FinishAsync(read);
        return Finish(read.Result) ? True : False;
    }

    private async Task<bool> FinishAsync(ValueTask<bool> read)
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
