using System.IO.Pipelines;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Web;

/// <summary>
/// Lets gRPC-Web calls through to the handlers of gRPC: it changes where they read, write and put their trailers, and nothing else.
/// A call of gRPC itself costs one look at its content type here.
/// </summary>
internal sealed class GrpcWebMiddleware(RequestDelegate next, GrpcWebOptions options)
{
    public Task InvokeAsync(HttpContext context) =>
        WebContentType.TryParse(context.Request.ContentType, out bool isText) && IsEnabled(context) ? ServeAsync(context, isText) : next(context);

    private bool IsEnabled(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IGrpcWebEnabledMetadata>()?.GrpcWebEnabled ?? options.DefaultEnabled;

    private async Task ServeAsync(HttpContext context, bool isText)
    {
        bool isTextResponse = WebContentType.IsTextAccepted(context.Request.Headers.Accept, isText);
        var response = new WebResponse(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), isTextResponse);
        if (isText)
            context.Features.Set<IRequestBodyPipeFeature>(new TextRequest(context.Request.BodyReader));
        context.Features.Set<IHttpResponseBodyFeature>(response);
        context.Features.Set<IHttpResponseTrailersFeature>(response);
        context.Features.Set(response);
        context.Response.OnStarting(() =>
        {
            if (HeaderNames.IsGrpcContentType(context.Response.ContentType))
                context.Response.ContentType = isTextResponse ? WebContentType.Text : WebContentType.Binary;
            return Task.CompletedTask;
        });
        await next(context).ConfigureAwait(false);
        await response.WriteTrailersAsync().ConfigureAwait(false);
    }

    private sealed class TextRequest(PipeReader encoded) : IRequestBodyPipeFeature
    {
        // Never completed, which would give its buffers back: a handler may have left a read behind that still writes to them.
        public PipeReader Reader { get; } = PipeReader.Create(new Base64DecodingStream(encoded));
    }
}
