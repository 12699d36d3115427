using System.Globalization;
using Grpc.Core;
using Lstm.Service.Errors;
using Lstm.Service.Options;
using Microsoft.AspNetCore.Http.Features;

namespace Lstm.Service.Grpc;

/// <summary>Has the body of every gRPC call counted in <see cref="PartialMessages"/>; when they are too many, the call that has waited longest is refused with QUEUE_FULL.</summary>
internal sealed class PartialMessageMiddleware(RequestDelegate next, PartialMessages all, GrpcOptions options, CallBoundary boundary)
{
    /// <summary>Handles one request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes when it is answered.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        // HTTP/1.1 is not what gRPC speaks; its bodies are read and bounded as JSON.
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            await next(context);
            return;
        }

        var body = new MeteredBody(context.Request.BodyReader, all, Refuse);
        context.Features.Set<IRequestBodyPipeFeature>(body);
        try
        {
            await next(context);
        }
        finally
        {
            body.Release();
        }
    }

    private RpcException Refuse()
    {
        var fault = new LstmException(
            ErrorCode.QueueFull,
            $"Messages that have arrived in part take {options.MaxPartialBytes} bytes, as many as allowed (Lstm:Grpc:MaxPartialBytes), and this one has waited longest. Nothing was done; send the same request again a little later.",
            ("limit", options.MaxPartialBytes.ToString(CultureInfo.InvariantCulture)), ("option", "Lstm:Grpc:MaxPartialBytes"));
        boundary.Refused(fault);
        return GrpcFault.ToRpcException(fault);
    }
}
