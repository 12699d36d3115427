using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Binding;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services to endpoints.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Maps each method of a service to the endpoint "/package.Service/Method".</summary>
    /// <typeparam name="TService">The class that implements the service; made for each call unless it is registered.</typeparam>
    /// <param name="builder">Where to map.</param>
    /// <returns>Adds conventions (authorization, CORS, rate limits) to the endpoints.</returns>
    /// <exception cref="InvalidOperationException">AddGrpc was not called, or the class implements no generated service.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods)] TService>(
        this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new GrpcServiceEndpointConventionBuilder(Mapper(builder).Map<TService>(builder));
    }

    /// <summary>Maps each method of a definition to the endpoint "/package.Service/Method"; its handlers serve all calls.</summary>
    /// <param name="builder">Where to map.</param>
    /// <param name="serviceDefinition">The definition, for instance of the generated BindService(service).</param>
    /// <returns>Adds conventions (authorization, CORS, rate limits) to the endpoints.</returns>
    /// <exception cref="InvalidOperationException">AddGrpc was not called.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService(this IEndpointRouteBuilder builder, ServerServiceDefinition serviceDefinition)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(serviceDefinition);
        return new GrpcServiceEndpointConventionBuilder(Mapper(builder).Map(builder, serviceDefinition));
    }

    /// <summary>Maps each method of a definition to the endpoint "/package.Service/Method"; its handlers serve all calls.</summary>
    /// <param name="builder">Where to map.</param>
    /// <param name="mapDefinition">Makes the definition from the application's services; runs once, now.</param>
    /// <returns>Adds conventions (authorization, CORS, rate limits) to the endpoints.</returns>
    /// <exception cref="InvalidOperationException">AddGrpc was not called.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService(this IEndpointRouteBuilder builder, Func<IServiceProvider, ServerServiceDefinition> mapDefinition)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(mapDefinition);
        return builder.MapGrpcService(mapDefinition(builder.ServiceProvider));
    }

    private static ServiceMapper Mapper(IEndpointRouteBuilder builder) => builder.ServiceProvider.GetService<ServiceMapper>()
        ?? throw new InvalidOperationException("MapGrpcService needs the services of AddGrpc: call services.AddGrpc() before the application is built.");
}
