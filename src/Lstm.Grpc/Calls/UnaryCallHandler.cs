using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

internal sealed class UnaryCallHandler<TRequest, TResponse>(Method<TRequest, TResponse> method, CallSettings settings, UnaryServerMethod<TRequest, TResponse> handler)
    : CallHandler(method, settings)
    where TRequest : class
    where TResponse : class
{
    protected override async Task RunAsync(ServerCall call)
    {
        var request = await ReadSingleAsync(call, method.RequestMarshaller).ConfigureAwait(false);
        var response = await handler(request, call).ConfigureAwait(false);
        call.WriteSingle(Returned(response), method.ResponseMarshaller.ContextualSerializer);
    }
}
