using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers reflection.</summary>
public static class GrpcReflectionServiceExtensions
{
    /// <summary>Registers reflection: clients without a .proto file can ask which gRPC services are mapped and what their messages are.</summary>
    /// <param name="services">Where to register.</param>
    /// <returns>The same.</returns>
    public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        // Made by the first call, when everything is mapped.
        services.TryAddSingleton(provider => new ReflectionServiceImpl(MappedServices.Find(provider.GetRequiredService<EndpointDataSource>())));
        services.TryAddSingleton(provider => new ReflectionV1ServiceImpl(MappedServices.Find(provider.GetRequiredService<EndpointDataSource>())));
        return services;
    }
}
