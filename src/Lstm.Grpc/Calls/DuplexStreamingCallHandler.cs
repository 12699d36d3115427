using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

internal sealed class DuplexStreamingCallHandler<TRequest, TResponse>(Method<TRequest, TResponse> method, CallSettings settings, DuplexStreamingServerMethod<TRequest, TResponse> handler)
    : CallHandler(method, settings)
    where TRequest : class
    where TResponse : class
{
    protected override Task RunAsync(ServerCall call) => handler(
        new ServerStreamReader<TRequest>(call, call.CreateReader(method.RequestMarshaller)),
        new ServerStreamWriter<TResponse>(call, method.ResponseMarshaller),
        call);
}
