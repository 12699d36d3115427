using System.Globalization;
using Lstm.Service.Errors;
using Lstm.Service.Options;
using Microsoft.AspNetCore.Http.Features;

namespace Lstm.Service.Grpc;

/// <summary>
/// Has the replies of every call and request counted in <see cref="UnreadReplies"/>; when they are too many, the one that has waited longest is reset.
/// Its status would wait behind what is not read, so it is HTTP/2's error ENHANCE_YOUR_CALM, which gRPC's clients report as RESOURCE_EXHAUSTED.
/// </summary>
internal sealed class UnreadReplyMiddleware(RequestDelegate next, UnreadReplies all, GrpcOptions options, CallBoundary boundary)
{
    private const int EnhanceYourCalm = 0xb; // RFC 9113 section 7

    /// <summary>Handles one request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes when it is answered.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        var reply = new MeteredReply(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), () => Begin(context));
        context.Features.Set<IHttpResponseBodyFeature>(reply);
        try
        {
            await next(context);
            await reply.SendAsync();
        }
        finally
        {
            reply.Release();
        }
    }

    private HeldCall Begin(HttpContext context)
    {
        // HTTP/1.1, REST and gRPC-Web, has no streams: the connection ends. A layer for gRPC-Web may offer a reset there that does nothing.
        var stream = HttpProtocol.IsHttp2(context.Request.Protocol) ? context.Features.Get<IHttpResetFeature>() : null;
        return new(all, () =>
        {
            boundary.Refused(new LstmException(
                ErrorCode.QueueFull,
                $"Replies that wait to be read take {options.MaxUnreadBytes} bytes, as many as allowed (Lstm:Grpc:MaxUnreadBytes), and this call's have waited longest. It was reset.",
                ("limit", options.MaxUnreadBytes.ToString(CultureInfo.InvariantCulture)), ("option", "Lstm:Grpc:MaxUnreadBytes")),
                ProblemMiddleware.IsGrpc(context.Request) ? CallBoundary.Face : ProblemMiddleware.Face);
            if (stream is not null)
                stream.Reset(EnhanceYourCalm);
            else
                context.Abort();
        });
    }
}
