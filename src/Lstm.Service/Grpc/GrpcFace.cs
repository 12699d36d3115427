using Lstm.Service.Options;

namespace Lstm.Service.Grpc;

/// <summary>The gRPC face: lstm.v1.Inference, and what tools expect of a gRPC server: health and reflection.</summary>
internal static class GrpcFace
{
    /// <summary>The largest message of a call that carries no steps: an id, a name and a page. Health and reflection take no more either.</summary>
    public const int MostBytesWithoutSteps = 16 << 10;

    /// <summary>The largest message that opens a session: what it is given once may be an encoder's context. Larger ones come by the stream.</summary>
    public const int MostBytesOfOpen = 256 << 10;

    /// <summary>Adds what the face needs.</summary>
    /// <param name="services">The container.</param>
    /// <param name="options">Limits, and whether reflection is on.</param>
    /// <returns>The container.</returns>
    public static IServiceCollection AddLstmGrpc(this IServiceCollection services, GrpcOptions options)
    {
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MostBytesWithoutSteps;
            // A catch-all for calls of unknown services would turn 404 into 405 for HTTP; clients read 404 as UNIMPLEMENTED all the same.
            grpc.IgnoreUnknownServices = true;
            grpc.MaxSendMessageSize = null; // Replies are bounded by what was asked for: steps in a message, sessions on a page.
        })
            .AddServiceOptions<InferenceService>(service => service.MaxReceiveMessageSize = options.MaxMessageBytes)
            .AddServiceOptions<PredictService>(service => service.MaxReceiveMessageSize = options.MaxMessageBytes)
            .AddServiceOptions<StreamService>(service => service.MaxReceiveMessageSize = options.MaxMessageBytes);
        services.AddGrpcHealthChecks(health =>
        {
            // Readiness sets the statuses at the moment when they change; there are no checks to be run.
            health.UseHealthChecksCache = true;
            health.Services.Clear();
        });
        if (options.Reflection)
            services.AddGrpcReflection();
        return services.AddGrpcWebOrigins(options)
            .AddSingleton<CallBoundary>().AddSingleton<PartialMessages>().AddSingleton<UnreadReplies>().AddSingleton<InferenceService>().AddSingleton<PredictService>().AddSingleton<StreamService>();
    }

    /// <summary>Maps the services.</summary>
    /// <param name="app">The service.</param>
    public static void MapLstmGrpc(this WebApplication app)
    {
        app.MapGrpcService<InferenceService>();
        app.MapGrpcService<PredictService>();
        app.MapGrpcService<StreamService>();
        app.MapGrpcHealthChecksService();
        if (app.Services.GetRequiredService<GrpcOptions>().Reflection)
            app.MapGrpcReflectionService();
    }
}
