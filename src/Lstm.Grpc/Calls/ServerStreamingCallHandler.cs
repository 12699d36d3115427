using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

internal sealed class ServerStreamingCallHandler<TRequest, TResponse>(Method<TRequest, TResponse> method, CallSettings settings, ServerStreamingServerMethod<TRequest, TResponse> handler)
    : CallHandler(method, settings)
    where TRequest : class
    where TResponse : class
{
    protected override async Task RunAsync(ServerCall call)
    {
        var request = await ReadSingleAsync(call, method.RequestMarshaller).ConfigureAwait(false);
        await handler(request, new ServerStreamWriter<TResponse>(call, method.ResponseMarshaller), call).ConfigureAwait(false);
    }
}
