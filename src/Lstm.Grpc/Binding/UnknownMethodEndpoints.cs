using Grpc.AspNetCore.Server.Calls;
using Grpc.AspNetCore.Web;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>Answers gRPC requests for unknown services and methods with UNIMPLEMENTED; other requests go on to other endpoints.</summary>
internal sealed class UnknownMethodEndpoints
{
    private readonly HashSet<(IEndpointRouteBuilder, string)> _mapped = [];

    public void Map(IEndpointRouteBuilder endpoints, IEnumerable<string> services, bool mapAnyService)
    {
        foreach (string service in services)
            MapOnce(endpoints, service, "Method is unimplemented.");
        if (mapAnyService)
            MapOnce(endpoints, "{unknownService}", "Service is unimplemented.");
    }

    private void MapOnce(IEndpointRouteBuilder endpoints, string service, string detail)
    {
        if (!_mapped.Add((endpoints, service)))
            return;
        var pattern = RoutePatternFactory.Parse($"{service}/{{unknownMethod}}", defaults: null, parameterPolicies: new { unknownMethod = new GrpcRequestConstraint() });
        endpoints.Map(pattern, context => AnswerAsync(context, detail)).Add(builder =>
        {
            builder.DisplayName = $"gRPC - unimplemented {service}";
            builder.Metadata.Add(new UnknownMethodMetadata());
            // Whatever else matches comes first.
            ((RouteEndpointBuilder)builder).Order = int.MaxValue;
        });
    }

    private static Task AnswerAsync(HttpContext context, string detail)
    {
        if (RequestHead.Accept(context))
            RequestHead.AnswerUnimplemented(context, detail);
        return Task.CompletedTask;
    }

    private sealed class GrpcRequestConstraint : IRouteConstraint
    {
        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            // The method is asked here and not by metadata: routing would answer 405 instead of 404 to every unknown address of two parts.
            httpContext is { Request: { Method: "POST", ContentType: var type } } && (HeaderNames.IsGrpcContentType(type) || WebContentType.TryParse(type, out _));
    }
}
