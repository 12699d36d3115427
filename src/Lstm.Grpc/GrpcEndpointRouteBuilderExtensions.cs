using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Binding;
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
        var mapper = builder.ServiceProvider.GetService<ServiceMapper>()
            ?? throw new InvalidOperationException("MapGrpcService needs the services of AddGrpc: call services.AddGrpc() before the application is built.");
        return new GrpcServiceEndpointConventionBuilder(mapper.Map<TService>(builder));
    }
}
