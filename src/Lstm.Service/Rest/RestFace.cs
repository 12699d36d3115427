using Lstm.Service.Options;
using Lstm.Service.Rest.Documentation;

namespace Lstm.Service.Rest;

/// <summary>The HTTP face: JSON under /v1, its documentation under /swagger, and what operators look at.</summary>
internal static class RestFace
{
    /// <summary>Adds what the face needs.</summary>
    /// <param name="services">The container.</param>
    /// <returns>The container.</returns>
    public static IServiceCollection AddLstmRest(this IServiceCollection services)
    {
        services.AddSingleton(static s => new JsonBody(s.GetRequiredService<ServerOptions>()));
        services.ConfigureHttpJsonOptions(static o => RestJson.Configure(o.SerializerOptions));
        services.Configure<RouteHandlerOptions>(static o => o.ThrowOnBadRequest = true); // So that ProblemMiddleware tells why.
        return services.AddEndpointsApiExplorer().AddSwaggerGen(ApiDocument.Configure);
    }

    /// <summary>Maps the addresses.</summary>
    /// <param name="app">The service.</param>
    public static void MapLstmRest(this WebApplication app)
    {
        app.UseSwagger();
        app.UseSwaggerUI(static ui =>
        {
            ui.SwaggerEndpoint("/swagger/v1/swagger.json", "Lstm v1");
            ui.DocumentTitle = "Lstm API";
            ui.DisplayRequestDuration();
            ui.EnableTryItOutByDefault();
        });
        ModelEndpoints.Map(app);
        SessionEndpoints.Map(app);
        OperatorEndpoints.Map(app);
    }
}
