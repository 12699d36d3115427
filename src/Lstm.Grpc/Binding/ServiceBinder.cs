using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.AspNetCore.Server.Calls;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>Maps the methods that the generated BindService names. Each call gets its own service, so the handlers are open delegates.</summary>
internal sealed class ServiceBinder<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods)] TService>(
    IEndpointRouteBuilder endpoints,
    CallSettings settings,
    InterceptorRegistration[] interceptors,
    IServiceProvider? singletons) : EndpointBinder(endpoints, typeof(TService))
    where TService : class
{
    private readonly ServiceActivator<TService> _activator = new(singletons);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(method, out var metadata);
        UnaryServerMethod<TRequest, TResponse> pipeline = (request, context) =>
            _activator.RunAsync(context, (invoke, request, context), static (service, a) => a.invoke(service, a.request, a.context));
        Map(method, metadata, new UnaryCallHandler<TRequest, TResponse>(method, settings.Of(metadata), InterceptorPipeline.Build(pipeline, interceptors)));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(method, out var metadata);
        ClientStreamingServerMethod<TRequest, TResponse> pipeline = (requests, context) =>
            _activator.RunAsync(context, (invoke, requests, context), static (service, a) => a.invoke(service, a.requests, a.context));
        Map(method, metadata, new ClientStreamingCallHandler<TRequest, TResponse>(method, settings.Of(metadata), InterceptorPipeline.Build(pipeline, interceptors)));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method, out var metadata);
        ServerStreamingServerMethod<TRequest, TResponse> pipeline = (request, responses, context) =>
            _activator.RunAsync(context, (invoke, request, responses, context), static (service, a) => a.invoke(service, a.request, a.responses, a.context));
        Map(method, metadata, new ServerStreamingCallHandler<TRequest, TResponse>(method, settings.Of(metadata), InterceptorPipeline.Build(pipeline, interceptors)));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method, out var metadata);
        DuplexStreamingServerMethod<TRequest, TResponse> pipeline = (requests, responses, context) =>
            _activator.RunAsync(context, (invoke, requests, responses, context), static (service, a) => a.invoke(service, a.requests, a.responses, a.context));
        Map(method, metadata, new DuplexStreamingCallHandler<TRequest, TResponse>(method, settings.Of(metadata), InterceptorPipeline.Build(pipeline, interceptors)));
    }

    // The most derived method of that name and those parameters, so that its attributes ([Authorize], …) count.
    private static TDelegate Find<TDelegate>(IMethod method, out IEnumerable<object> metadata)
        where TDelegate : Delegate
    {
        Type[] parameters = [.. typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Skip(1).Select(parameter => parameter.ParameterType)];
        for (Type? type = typeof(TService); type is not null; type = type.BaseType)
        {
            var found = type.GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly, null, parameters, null);
            if (found is null)
                continue;
            metadata = [.. typeof(TService).GetCustomAttributes(inherit: true), .. found.GetCustomAttributes(inherit: true)];
            return found.CreateDelegate<TDelegate>();
        }
        throw new InvalidOperationException($"Expected {typeof(TService)} to have a public method {method.Name} for {method.FullName}, but found none: derive from the generated service base.");
    }
}
