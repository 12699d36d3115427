using Lstm.Service.Observability;

namespace Lstm.Service.Errors;

/// <summary>Turns every fault of an HTTP request into application/problem+json (RFC 9457). gRPC calls pass: they have their own way.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, LstmMeter meter, ILogger<ProblemMiddleware> log)
{
    /// <summary>The face's name in metrics and logs.</summary>
    public const string Face = "http";

    /// <summary>Handles one request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes when it is answered.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        if (IsGrpc(context.Request))
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
            if (!context.Response.HasStarted && FromStatus(context) is { } fault)
                await RefuseAsync(context, fault);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest; // Nobody reads it; metrics and spans show it.
        }
        catch (LstmException fault) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, fault);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, new LstmException(ErrorCode.BadRequest, e.Message));
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            log.RequestFailed(e, Face, $"{context.Request.Method} {context.Request.Path}");
            await RefuseAsync(context, new LstmException(ErrorCode.Internal, "The service failed; the state is as before. Its log has the details under the trace id."));
        }
        finally
        {
            RequestSpan.IsHttp(context);
        }
    }

    private Task RefuseAsync(HttpContext context, LstmException fault)
    {
        meter.Refused(fault.Entry.Reason, Face);
        log.RequestRefused(Face, fault.Entry.Reason, fault.Message);
        context.Response.StatusCode = fault.Entry.Http;
        return Results.Json(Problem.From(fault), Rest.RestJson.Options, Problem.MediaType).ExecuteAsync(context);
    }

    private static LstmException? FromStatus(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        return response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new(
                ErrorCode.RouteNotFound, $"There is nothing at {request.Path}. See /swagger for the addresses that exist.", ("path", request.Path)),
            StatusCodes.Status405MethodNotAllowed => new(
                ErrorCode.MethodNotAllowed, $"{request.Path} does not take {request.Method}. Expected {response.Headers.Allow}.",
                ("method", request.Method), ("allow", response.Headers.Allow.ToString())),
            StatusCodes.Status415UnsupportedMediaType => Rest.JsonBody.NotJson(request),
            _ => null,
        };
    }

    /// <summary>Whether a request is a gRPC or gRPC-Web call.</summary>
    /// <param name="request">The request.</param>
    /// <returns>By its content type.</returns>
    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
}
