using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>Takes the service of a call from the container if it is registered there, else makes one for this call and disposes it.</summary>
/// <typeparam name="TService">The service.</typeparam>
/// <param name="singletons">The container, when the service is a singleton: it is asked once then, and a call needs no scope; null: it is none.</param>
internal sealed class ServiceActivator<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService>(IServiceProvider? singletons)
    where TService : class
{
    private static readonly bool NeedsDispose = typeof(TService).IsAssignableTo(typeof(IDisposable)) || typeof(TService).IsAssignableTo(typeof(IAsyncDisposable));

    private readonly Lazy<ObjectFactory<TService>> _factory = new(() => ActivatorUtilities.CreateFactory<TService>(Type.EmptyTypes));

    private TService? _singleton;

    public TTask RunAsync<TArguments, TTask>(ServerCallContext context, TArguments arguments, Func<TService, TArguments, TTask> run)
        where TTask : Task
    {
        if (singletons is not null)
            return run(_singleton ??= singletons.GetRequiredService<TService>(), arguments);
        var services = context.GetHttpContext().RequestServices;
        if (services.GetService<TService>() is { } registered)
            return run(registered, arguments);
        var service = _factory.Value(services, null);
        var task = run(service, arguments);
        if (NeedsDispose)
            context.GetHttpContext().Response.RegisterForDisposeAsync(new Owned(service));
        return task;
    }

    // The request disposes it when the call has ended, whichever way.
    private sealed class Owned(TService service) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            if (service is IAsyncDisposable asynchronous)
                return asynchronous.DisposeAsync();
            (service as IDisposable)?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
