using System.Diagnostics;

namespace Lstm.Service.Observability;

/// <summary>Names and fills the span that ASP.NET Core opens for every request; one per unary call and one per stream.</summary>
internal static class RequestSpan
{
    /// <summary>Describes a gRPC call.</summary>
    /// <param name="fullMethod">As gRPC names it: /lstm.v1.Inference/Step.</param>
    public static void IsRpc(string fullMethod)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        string name = fullMethod.TrimStart('/');
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        span.DisplayName = name;
        span.SetTag("rpc.system", "grpc");
        span.SetTag("rpc.service", slash < 0 ? "" : name[..slash]);
        span.SetTag("rpc.method", name[(slash + 1)..]);
    }

    /// <summary>Says how a gRPC call ended.</summary>
    /// <param name="statusCode">The gRPC status code.</param>
    /// <param name="reason">The fault's reason, or null when there was none.</param>
    public static void Ended(int statusCode, string? reason = null)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        span.SetTag("rpc.grpc.status_code", statusCode);
        if (reason is null)
            return;
        span.SetTag("error.type", reason);
        span.SetStatus(ActivityStatusCode.Error, reason);
    }

    /// <summary>Describes an HTTP request, once its answer is known.</summary>
    /// <param name="context">The request.</param>
    public static void IsHttp(HttpContext context)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        string? route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method);
        span.SetTag("url.path", context.Request.Path.Value);
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        if (route is not null)
            span.SetTag("http.route", route);
        if (context.Response.StatusCode >= 500)
            span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Says which session and model the request is about.</summary>
    /// <param name="session">The session's id.</param>
    /// <param name="model">The model's name.</param>
    public static void IsAbout(string session, string model)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        span.SetTag("lstm.session", session);
        span.SetTag("lstm.model", model);
    }

    /// <summary>Says what a prediction came to.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="sequences">Sequences done.</param>
    /// <param name="timesteps">Timesteps of all of them.</param>
    public static void Predicted(string model, int sequences, int timesteps)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        span.SetTag("lstm.model", model);
        span.SetTag("lstm.sequences", sequences);
        span.SetTag("lstm.steps", timesteps);
    }

    /// <summary>Says what a request came to.</summary>
    /// <param name="steps">Steps done.</param>
    /// <param name="sessions">Sessions opened on a stream, or null when it is not a stream.</param>
    public static void Did(long steps, long? sessions = null)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        span.SetTag("lstm.steps", steps);
        if (sessions is not null)
            span.SetTag("lstm.sessions", sessions);
    }
}
