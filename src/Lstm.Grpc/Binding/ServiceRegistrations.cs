using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>How services are registered: a container gives them, but does not tell.</summary>
internal sealed class ServiceRegistrations(IServiceCollection services)
{
    /// <summary>Whether the container holds one object of a type for all.</summary>
    public bool IsSingleton(Type type) => services.LastOrDefault(service => service.ServiceType == type && !service.IsKeyedService)?.Lifetime == ServiceLifetime.Singleton;
}
