using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>How a call ended, from what the server or the transport said.</summary>
internal static class StatusMapping
{
    /// <summary>The status of a response without messages: Trailers-Only, or no gRPC at all. Null: messages or trailers follow.</summary>
    public static Status? FromHead(HttpResponseMessage response)
    {
        if (Read(response.Headers) is { } status)
            return status;
        if (response.StatusCode != HttpStatusCode.OK)
            return new Status(FromHttp(response.StatusCode), $"Expected HTTP status 200, but the server answered {(int)response.StatusCode}.");
        string? contentType = RequestHeaders.First(response.Content.Headers, HeaderNames.ContentType);
        return HeaderNames.IsGrpcContentType(contentType)
            ? null
            : new Status(StatusCode.Unknown, $"Expected content-type application/grpc, but the server answered '{contentType}'.");
    }

    /// <summary>The status behind the last message, with the metadata beside it.</summary>
    public static (Status Status, Metadata Trailers) FromTrailers(HttpResponseMessage response) =>
        (Read(response.TrailingHeaders) ?? new Status(StatusCode.Unknown, "The response ended without a grpc-status."), ToMetadata(response.TrailingHeaders));

    /// <summary>The status for a failure of the transport (PROTOCOL-HTTP2, Errors).</summary>
    public static Status FromException(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
            if (cause is HttpProtocolException { ErrorCode: var code })
                return new Status(FromHttp2(code), $"The HTTP/2 stream or connection was reset with error code {code}: {exception.Message}", exception);
        return exception switch
        {
            OperationCanceledException => new Status(StatusCode.Cancelled, "Call canceled by the client.", exception),
            HttpRequestException or IOException or SocketException or ObjectDisposedException =>
                new Status(StatusCode.Unavailable, $"The connection failed: {Innermost(exception).Message}", exception),
            _ => new Status(StatusCode.Internal, $"The call failed: {exception.GetType().Name}: {exception.Message}", exception),
        };
    }

    public static Metadata ToMetadata(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
#pragma warning disable CA1308 // HttpClient gives well-known names in HTTP/1 case; gRPC names are lower case.
            string key = name.ToLowerInvariant();
#pragma warning restore CA1308
            if (HeaderNames.IsReserved(key))
                continue;
            foreach (string value in values)
                MetadataValue.AddTo(metadata, key, value);
        }
        return metadata;
    }

    private static Status? Read(HttpHeaders headers)
    {
        if (RequestHeaders.First(headers, HeaderNames.Status) is not { } text)
            return null;
        string detail = StatusMessage.Decode(RequestHeaders.First(headers, HeaderNames.Message) ?? "");
        // A code that this version does not know is UNKNOWN (statuscodes.md).
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int code) && code <= (int)StatusCode.Unauthenticated
            ? new Status((StatusCode)code, detail)
            : new Status(StatusCode.Unknown, $"The server sent the grpc-status '{text}', which is none. {detail}");
    }

    // grpc/grpc doc/http-grpc-status-mapping.md
    private static StatusCode FromHttp(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    // PROTOCOL-HTTP2, HTTP2 Transport Mapping, Errors; the numbers are those of RFC 9113, section 7.
    private static StatusCode FromHttp2(long code) => code switch
    {
        0x7 => StatusCode.Unavailable,
        0x8 => StatusCode.Cancelled,
        0xb => StatusCode.ResourceExhausted,
        0xc => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
