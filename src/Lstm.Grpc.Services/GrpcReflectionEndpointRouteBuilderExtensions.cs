using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps reflection.</summary>
public static class GrpcReflectionEndpointRouteBuilderExtensions
{
    /// <summary>Maps grpc.reflection.v1.ServerReflection, and the same as grpc.reflection.v1alpha.ServerReflection for older clients.</summary>
    /// <param name="builder">Where to map.</param>
    /// <returns>Adds conventions to the endpoints of both.</returns>
    /// <exception cref="InvalidOperationException">AddGrpcReflection or AddGrpc was not called.</exception>
    public static IEndpointConventionBuilder MapGrpcReflectionService(this IEndpointRouteBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(ReflectionServiceImpl)) != true)
            throw new InvalidOperationException(
                "MapGrpcReflectionService needs the services of AddGrpcReflection: call services.AddGrpcReflection() before the application is built.");
        return new Both(builder.MapGrpcService<ReflectionV1ServiceImpl>(), builder.MapGrpcService<ReflectionServiceImpl>());
    }

    private sealed class Both(IEndpointConventionBuilder first, IEndpointConventionBuilder second) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention)
        {
            first.Add(convention);
            second.Add(convention);
        }
    }
}
