using System.Globalization;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Lstm.Service.Errors;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.V1;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Lstm.Service.Grpc;

/// <summary>
/// Gives the one fault that the gRPC layer finds before any of our code runs, a message above the limit, the facts that all other
/// faults carry: MESSAGE_TOO_LARGE as google.rpc.ErrorInfo.
/// </summary>
internal sealed class MessageSizeMiddleware(RequestDelegate next, GrpcOptions options, LstmMeter meter)
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";

    /// <summary>Handles one request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes when it is answered.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        // A call that failed before its first reply has its status among the headers. That reply may still wait to be sent.
        var headers = context.Response.Headers;
        var end = headers.ContainsKey(StatusHeader) ? headers : context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        if (end is null || end.IsReadOnly || end[StatusHeader] != TooLarge || end.ContainsKey(GrpcFault.DetailsTrailer))
            return;
        string text = Uri.UnescapeDataString(end[MessageHeader].ToString());
        (long limit, bool isOfMethod) = LimitOf(context.GetEndpoint()) is { } ofMethod && ofMethod < options.MaxMessageBytes
            ? (ofMethod, true)
            : (options.MaxMessageBytes, false);
        if (!text.Contains(Text(limit), StringComparison.Ordinal)) // Grpc.AspNetCore does not tell it.
            end[MessageHeader] = text += $" The limit is {limit} bytes.";
        var fault = isOfMethod
            ? new LstmException(ErrorCode.MessageTooLarge, text, ("max_bytes", Text(limit)))
            : new LstmException(ErrorCode.MessageTooLarge, text, ("max_bytes", Text(limit)), ("option", "Lstm:Grpc:MaxMessageBytes"));
        end[GrpcFault.DetailsTrailer] = Convert.ToBase64String(GrpcFault.DetailsOf(fault).ToByteArray()).TrimEnd('=');
        meter.Refused(fault.Entry.Reason, CallBoundary.Face);
    }

    // Null: the option's.
    private static long? LimitOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is { } ofMethod ? ofMethod.MaxRequestBodySize
        : endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName == Inference.Descriptor.FullName ? null
        : GrpcFace.MostBytesWithoutSteps;

    private static string Text(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);

    private static string TooLarge { get; } = ((int)ErrorMap.Get(ErrorCode.MessageTooLarge).Grpc).ToString(CultureInfo.InvariantCulture);
}
