using System.Globalization;
using Grpc.AspNetCore.Web;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Refuses by HTTP status what is no gRPC call (PROTOCOL-HTTP2, Requests), so that no HTTP client takes the answer for a success.</summary>
internal static class RequestHead
{
    public static bool Accept(HttpContext context)
    {
        if (!HeaderNames.IsGrpcContentType(context.Request.ContentType))
        {
            // gRPC-Web comes over any version of HTTP; the middleware has taken what is enabled.
            if (context.Features.Get<WebResponse>() is not null)
                return true;
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }
        if (HttpProtocol.IsHttp2(context.Request.Protocol) || HttpProtocol.IsHttp3(context.Request.Protocol))
            return true;
        context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
        context.Response.Headers.Upgrade = HttpProtocol.Http2;
        return false;
    }

    /// <summary>Ends a request for an unknown method (statuscodes.md), in headers alone.</summary>
    public static void AnswerUnimplemented(HttpContext context, string detail)
    {
        context.Response.ContentType = HeaderNames.GrpcContentType;
        context.Response.Headers[HeaderNames.Status] = ((int)StatusCode.Unimplemented).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers[HeaderNames.Message] = detail;
    }
}
