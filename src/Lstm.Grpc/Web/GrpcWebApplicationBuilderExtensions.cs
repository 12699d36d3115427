using Grpc.AspNetCore.Web;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves gRPC-Web: gRPC for browsers, over any version of HTTP (grpc/grpc doc/PROTOCOL-WEB.md).</summary>
public static class GrpcWebApplicationBuilderExtensions
{
    /// <summary>Serves gRPC-Web to the endpoints that enable it. Belongs between routing and the endpoints.</summary>
    /// <param name="builder">The application.</param>
    /// <returns>The application.</returns>
    public static IApplicationBuilder UseGrpcWeb(this IApplicationBuilder builder) => builder.UseGrpcWeb(new GrpcWebOptions());

    /// <summary>Serves gRPC-Web to the endpoints that enable it, or to all. Belongs between routing and the endpoints.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="options">What holds for endpoints that say nothing themselves.</param>
    /// <returns>The application.</returns>
    public static IApplicationBuilder UseGrpcWeb(this IApplicationBuilder builder, GrpcWebOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return builder.UseMiddleware<GrpcWebMiddleware>(options);
    }
}
