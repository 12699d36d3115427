using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Rest.Bodies;
using Lstm.Service.Rest.Documentation;

namespace Lstm.Service.Rest;

/// <summary>/v1/models.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps the addresses.</summary>
    /// <param name="routes">Where to.</param>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", List)
            .WithTags("Models").WithSummary("List the models").WithDescription("Those that can step, in the order of their names. /healthz/ready also names those that did not load.")
            .Produces<ModelListBody>().Refuses(ErrorCode.UnknownField);
        routes.MapGet("/v1/models/{model}", Get)
            .WithTags("Models").WithSummary("Look at a model").WithDescription("Inputs, outputs, layers, sizes, backend.")
            .Produces<ModelBody>().Refuses(ErrorCode.UnknownField, ErrorCode.ModelNotFound, ErrorCode.ModelLoadFailed);
    }

    private static IResult List(HttpContext context, ModelCatalog models)
    {
        QueryFields.Check(context.Request.Query);
        return Results.Json(new ModelListBody([.. models.Served.Select(ModelBody.From)]), RestJson.Options);
    }

    private static IResult Get(HttpContext context, ModelCatalog models, string model)
    {
        QueryFields.Check(context.Request.Query);
        return Results.Json(ModelBody.From(models.Get(model)), RestJson.Options);
    }
}
