using Grpc.AspNetCore.Server;
using Lstm.Service.Options;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Lstm.Service.Grpc;

/// <summary>The gRPC face as browsers reach it: gRPC-Web, and the origins whose pages may call it (CORS). REST has no part in it.</summary>
internal static class WebFace
{
    // Browsers ask before calls with these headers; they forget the answer after this, or sooner.
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    private static readonly string[] RequestHeaders = ["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"];
    private static readonly string[] ResponseHeaders = ["grpc-status", "grpc-message", GrpcFault.DetailsTrailer];

    /// <summary>Adds the origins.</summary>
    /// <param name="services">The container.</param>
    /// <param name="options">The origins.</param>
    /// <returns>The container.</returns>
    public static IServiceCollection AddGrpcWebOrigins(this IServiceCollection services, GrpcOptions options) =>
        services.AddCors(cors => cors.AddDefaultPolicy(policy => Allow(policy, options)));

    /// <summary>Serves gRPC-Web if the options say so. Belongs between routing and the endpoints.</summary>
    /// <param name="app">The service.</param>
    /// <param name="options">Whether to serve.</param>
    public static void UseLstmGrpcWeb(this WebApplication app, GrpcOptions options)
    {
        if (!options.Web)
            return;
        app.UseWhen(IsFromAPage, static branch => branch.UseCors());
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
    }

    // Calls of programs have no origin: they pay for one look.
    private static bool IsFromAPage(HttpContext context) =>
        context.Request.Headers.Origin.Count > 0 && context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not null;

    private static void Allow(CorsPolicyBuilder policy, GrpcOptions options) => policy
        .WithOrigins(options.WebOrigins.Split(',', StringSplitOptions.RemoveEmptyEntries))
        .WithMethods(HttpMethods.Post)
        .WithHeaders(RequestHeaders)
        .WithExposedHeaders(ResponseHeaders)
        .SetPreflightMaxAge(PreflightAge);
}
