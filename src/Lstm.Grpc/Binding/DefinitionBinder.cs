using Grpc.AspNetCore.Server.Calls;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>Maps the methods of a definition, which brings its handlers along: one service object serves all calls.</summary>
internal sealed class DefinitionBinder(IEndpointRouteBuilder endpoints, CallSettings settings, InterceptorRegistration[] interceptors)
    : EndpointBinder(endpoints, typeof(ServerServiceDefinition))
{
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        Map(method, [], new UnaryCallHandler<TRequest, TResponse>(method, settings, InterceptorPipeline.Build(Given(method, handler), interceptors)));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, [], new ClientStreamingCallHandler<TRequest, TResponse>(method, settings, InterceptorPipeline.Build(Given(method, handler), interceptors)));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, [], new ServerStreamingCallHandler<TRequest, TResponse>(method, settings, InterceptorPipeline.Build(Given(method, handler), interceptors)));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, [], new DuplexStreamingCallHandler<TRequest, TResponse>(method, settings, InterceptorPipeline.Build(Given(method, handler), interceptors)));

    private static THandler Given<THandler>(IMethod method, THandler? handler)
        where THandler : Delegate => handler ?? throw new InvalidOperationException($"The definition has no handler for {method.FullName}.");
}
