using Lstm.Service.Errors;
using Lstm.Service.Hosting;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Rest.Bodies;
using Lstm.Service.Rest.Documentation;

namespace Lstm.Service.Rest;

/// <summary>What operators look at: health, metrics, the list of faults, the page at /.</summary>
internal static class OperatorEndpoints
{
    private static readonly byte[] HomePage = ReadHomePage();

    /// <summary>Maps the addresses.</summary>
    /// <param name="routes">Where to.</param>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", static () => Results.Json(new HealthBody("live", null), RestJson.Options))
            .WithTags("Operation").WithSummary("Is the process alive?").Produces<HealthBody>();
        routes.MapGet("/healthz/ready", Ready)
            .WithTags("Operation").WithSummary("Should the service be sent work?")
            .WithDescription("200 when at least one model is usable; 503 while models are being loaded, while stopping, or without a usable model. Tells what became of every model file.")
            .Produces<HealthBody>().Produces<HealthBody>(503);
        routes.MapGet("/errors", static () => Results.Json(ErrorMap.All.Select(ErrorKindBody.From), RestJson.Options))
            .WithTags("Operation").WithSummary("Every kind of fault").Produces<ErrorKindBody[]>();
        routes.MapGet("/errors/{reason}", Explain)
            .WithTags("Operation").WithSummary("One kind of fault").WithDescription("Where the type of a problem leads to.").Produces<ErrorKindBody>().Refuses(ErrorCode.RouteNotFound);
        routes.MapGet("/metrics", Metrics).ExcludeFromDescription();
        routes.MapGet("/", static () => Results.Bytes(HomePage, "text/html; charset=utf-8")).ExcludeFromDescription();
    }

    private static IResult Ready(Readiness readiness, ModelCatalog models)
    {
        string status = readiness.Status;
        var found = models.All.Select(static m => new ModelHealthBody(m.Name, m.Word, m.Faults.Count > 0 ? m.Faults : null));
        return Results.Json(
            new HealthBody(status, [.. found]), RestJson.Options,
            statusCode: status == "ready" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Explain(string reason)
    {
        var entry = ErrorMap.All.FirstOrDefault(e => e.Reason == reason)
            ?? throw new LstmException(ErrorCode.RouteNotFound, $"There is no fault '{reason}'. /errors lists them.", ("path", $"/errors/{reason}"));
        return Results.Json(ErrorKindBody.From(entry), RestJson.Options);
    }

    private static IResult Metrics(PrometheusExporter exporter)
    {
        byte[] text = exporter.Scrape()
            ?? throw new LstmException(ErrorCode.RouteNotFound, "There are no metrics: OTEL_SDK_DISABLED is set.", ("path", "/metrics"));
        return Results.Bytes(text, PrometheusExporter.ContentType);
    }

    private static byte[] ReadHomePage()
    {
        using var stream = typeof(OperatorEndpoints).Assembly.GetManifestResourceStream("index.html")
            ?? throw new InvalidOperationException("wwwroot/index.html is not embedded in this build.");
        var page = new byte[stream.Length];
        stream.ReadExactly(page);
        return page;
    }
}
