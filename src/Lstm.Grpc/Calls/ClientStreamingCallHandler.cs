using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

internal sealed class ClientStreamingCallHandler<TRequest, TResponse>(Method<TRequest, TResponse> method, CallSettings settings, ClientStreamingServerMethod<TRequest, TResponse> handler)
    : CallHandler(method, settings)
    where TRequest : class
    where TResponse : class
{
    protected override async Task RunAsync(ServerCall call)
    {
        var requests = new ServerStreamReader<TRequest>(call, call.CreateReader(method.RequestMarshaller));
        var response = await handler(requests, call).ConfigureAwait(false);
        call.WriteSingle(Returned(response), method.ResponseMarshaller.ContextualSerializer);
    }
}
