using Grpc.AspNetCore.HealthChecks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the health service.</summary>
public static class GrpcHealthChecksEndpointRouteBuilderExtensions
{
    /// <summary>Maps grpc.health.v1.Health.</summary>
    /// <param name="builder">Where to map.</param>
    /// <returns>Adds conventions to the endpoints.</returns>
    /// <exception cref="InvalidOperationException">AddGrpcHealthChecks or AddGrpc was not called.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcHealthChecksService(this IEndpointRouteBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(HealthCheckingService)) == true
            ? builder.MapGrpcService<HealthCheckingService>()
            : throw new InvalidOperationException(
                "MapGrpcHealthChecksService needs the services of AddGrpcHealthChecks: call services.AddGrpcHealthChecks() before the application is built.");
    }
}
