using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>Reads the one response of a unary or client-streaming call, and the status behind it.</summary>
internal static class SingleResponse
{
    public static async Task<T> ReadAsync<T>(ClientCall call, Marshaller<T> marshaller)
        where T : class
    {
        T? response = null;
        try
        {
            await call.Opened.ConfigureAwait(false);
            if (call.Body is { } body)
                response = await ReadBodyAsync(call, call.CreateReader(marshaller, body)).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            call.End(exception.Status, exception.Trailers);
        }
        catch (Exception exception)
        {
            call.End(StatusMapping.FromException(exception), Metadata.Empty);
        }
        // Without a body, or past its end, the call has ended.
        if (call.Outcome!.Status.StatusCode != StatusCode.OK)
            throw call.CreateException();
        return response ?? throw new RpcException(WrongCount("none").Status, call.Trailers);
    }

    private static async Task<T?> ReadBodyAsync<T>(ClientCall call, MessageReader<T> messages)
        where T : class
    {
        T? response = null;
        if (await messages.ReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            response = messages.Current;
            if (await messages.ReadAsync(CancellationToken.None).ConfigureAwait(false))
                throw WrongCount("more");
        }
        call.EndByTrailers();
        return response;
    }

    // statuscodes.md: cardinality violations are UNIMPLEMENTED.
    private static RpcException WrongCount(string found) =>
        new(new Status(StatusCode.Unimplemented, $"This method gives exactly one response message, but {found} arrived."));
}
