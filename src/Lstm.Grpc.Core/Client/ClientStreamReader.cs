using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>The response messages of a call.</summary>
internal sealed class ClientStreamReader<T>(ClientCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private static readonly Task<bool> True = Task.FromResult(true);

    private MessageReader<T>? _messages;
    private int _reading;

    public T Current => _messages?.Current ?? throw new InvalidOperationException("There is no message: MoveNext was not called, or it found the end.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            return Task.FromException<bool>(new InvalidOperationException("A read is under way: await it before the next."));
        // The common case: messages are there already, so that nothing is awaited or allocated.
        if (_messages is null || cancellationToken.CanBeCanceled || call.Outcome is not null)
            return OpenAndReadAsync(cancellationToken);
        var read = _messages.ReadAsync(CancellationToken.None);
        if (!read.IsCompletedSuccessfully)
            return FinishAsync(read);
        if (!read.Result)
            return FinishAsync(new ValueTask<bool>(false));
        Volatile.Write(ref _reading, 0);
        return True;
    }

    private async Task<bool> OpenAndReadAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), call);
        try
        {
            await call.Opened.ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The outcome tells it below.
        }
        if (call.Outcome is { } outcome)
        {
            Volatile.Write(ref _reading, 0);
            return outcome.Status.StatusCode == StatusCode.OK ? false : throw call.CreateException();
        }
        // Opened and not ended, so there is a body.
        _messages ??= call.CreateReader(marshaller, call.Body!);
        return await FinishAsync(_messages.ReadAsync(CancellationToken.None)).ConfigureAwait(false);
    }

    private async Task<bool> FinishAsync(ValueTask<bool> read)
    {
        try
        {
            if (await read.ConfigureAwait(false))
                return true;
            if (call.EndByTrailers().Status.StatusCode == StatusCode.OK)
                return false;
        }
        catch (RpcException exception)
        {
            call.End(exception.Status, exception.Trailers);
        }
        catch (Exception exception)
        {
            call.End(StatusMapping.FromException(exception), Metadata.Empty);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
        throw call.CreateException();
    }
}
