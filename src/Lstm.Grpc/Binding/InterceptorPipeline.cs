using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>Nests the interceptors around a handler, the first outermost. Built once per method.</summary>
internal static class InterceptorPipeline
{
    public static UnaryServerMethod<TRequest, TResponse> Build<TRequest, TResponse>(UnaryServerMethod<TRequest, TResponse> handler, InterceptorRegistration[] interceptors)
        where TRequest : class
        where TResponse : class
    {
        foreach (var registration in interceptors.Reverse())
        {
            var next = handler;
            handler = (request, context) => RunAsync(registration, context, interceptor => interceptor.UnaryServerHandler(request, context, next));
        }
        return handler;
    }

    public static ClientStreamingServerMethod<TRequest, TResponse> Build<TRequest, TResponse>(ClientStreamingServerMethod<TRequest, TResponse> handler, InterceptorRegistration[] interceptors)
        where TRequest : class
        where TResponse : class
    {
        foreach (var registration in interceptors.Reverse())
        {
            var next = handler;
            handler = (requests, context) => RunAsync(registration, context, interceptor => interceptor.ClientStreamingServerHandler(requests, context, next));
        }
        return handler;
    }

    public static ServerStreamingServerMethod<TRequest, TResponse> Build<TRequest, TResponse>(ServerStreamingServerMethod<TRequest, TResponse> handler, InterceptorRegistration[] interceptors)
        where TRequest : class
        where TResponse : class
    {
        foreach (var registration in interceptors.Reverse())
        {
            var next = handler;
            handler = (request, responses, context) => RunAsync(registration, context, async interceptor =>
            {
                await interceptor.ServerStreamingServerHandler(request, responses, context, next).ConfigureAwait(false);
                return true;
            });
        }
        return handler;
    }

    public static DuplexStreamingServerMethod<TRequest, TResponse> Build<TRequest, TResponse>(DuplexStreamingServerMethod<TRequest, TResponse> handler, InterceptorRegistration[] interceptors)
        where TRequest : class
        where TResponse : class
    {
        foreach (var registration in interceptors.Reverse())
        {
            var next = handler;
            handler = (requests, responses, context) => RunAsync(registration, context, async interceptor =>
            {
                await interceptor.DuplexStreamingServerHandler(requests, responses, context, next).ConfigureAwait(false);
                return true;
            });
        }
        return handler;
    }

    private static async Task<T> RunAsync<T>(InterceptorRegistration registration, ServerCallContext context, Func<Interceptor, Task<T>> run)
    {
        var interceptor = registration.Activate(context.GetHttpContext().RequestServices, out bool owned);
        try
        {
            return await run(interceptor).ConfigureAwait(false);
        }
        finally
        {
            if (owned)
            {
                if (interceptor is IAsyncDisposable asynchronous)
                    await asynchronous.DisposeAsync().ConfigureAwait(false);
                else
                    (interceptor as IDisposable)?.Dispose();
            }
        }
    }
}
