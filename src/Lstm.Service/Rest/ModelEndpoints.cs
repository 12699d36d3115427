using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Predictions;
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
            .WithTags("Models").WithSummary("List the models").WithDescription("Those that loaded, in the order of their names. /healthz/ready also names those that did not load.")
            .Produces<ModelListBody>().Refuses(ErrorCode.UnknownField);
        routes.MapGet("/v1/models/{model}", Get)
            .WithTags("Models").WithSummary("Look at a model").WithDescription("Inputs, outputs, layers, state, sizes, cost; which backend runs it, whether it can be stepped, and why not.")
            .Produces<ModelBody>().Refuses(ErrorCode.UnknownField, ErrorCode.ModelNotFound, ErrorCode.ModelLoadFailed);
        routes.MapPost("/v1/models/{model}:predict", PredictAsync)
            .WithTags("Models").WithSummary("Predict whole sequences").WithDescription(
                "Runs one sequence or many through the model, together and without a session; they may differ in length. The only way for models that cannot be stepped, such as "
                + "bidirectional ones. Answers the outputs by name: [T, …shape], or […shape] where an output belongs to the last timestep alone. A sequence can start from a state: "
                + "every piece of it, as an answer with want state gives it.")
            .Accepts<PredictBody>("application/json").Produces<PredictResultBody>()
            .Refuses(ErrorCode.PredictionEmpty, ErrorCode.PredictionTooLarge, ErrorCode.SequenceLength, ErrorCode.InputShape, ErrorCode.InputNotFinite, ErrorCode.InputRange, ErrorCode.InitialState,
                ErrorCode.MalformedJson, ErrorCode.UnknownField, ErrorCode.InvalidField, ErrorCode.ModelNotFound, ErrorCode.ModelLoadFailed, ErrorCode.MessageTooLarge, ErrorCode.QueueFull,
                ErrorCode.ShuttingDown)
            .WithMetadata(new RequestExample(
                """{"sequences": [{"x": [[10844, 0, 1, 0.78, 0.62], [8127, 0.13, 0.99, 0.78, 0.62]]}, {"x": [[10844, 0, 1, 0.78, 0.62]]}], "want": ["state"]}"""));
    }

    private static IResult List(HttpContext context, ModelCatalog models)
    {
        QueryFields.Check(context.Request.Query);
        return Results.Json(new ModelListBody([.. models.Served.Select(ModelBody.From)]), RestJson.Options);
    }

    private static async Task<IResult> PredictAsync(HttpContext context, ModelCatalog models, Predictor predictor, JsonBody json, string model)
    {
        QueryFields.Check(context.Request.Query);
        var served = models.Get(model);
        var body = await json.ReadAsync<PredictBody>(context.Request, bytes => PredictBodyChecks.Check(bytes.Span, served, predictor));
        var sequences = PredictBodyReader.Read(body, served, out bool wantState);
        var results = await predictor.PredictAsync(served, sequences, wantState, context.RequestAborted);
        return Results.Json(PredictResultBody.From(served, results), RestJson.Options);
    }

    private static IResult Get(HttpContext context, ModelCatalog models, string model)
    {
        QueryFields.Check(context.Request.Query);
        return Results.Json(ModelBody.From(models.Get(model)), RestJson.Options);
    }
}
