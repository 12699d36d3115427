namespace Grpc.Wire;

/// <summary>Header names and values of the protocol (grpc/grpc doc/PROTOCOL-HTTP2.md), in lower case as HTTP/2 wants them.</summary>
internal static class HeaderNames
{
    public const string ContentType = "content-type";
    public const string GrpcContentType = "application/grpc";
    public const string Te = "te";
    public const string UserAgent = "user-agent";
    public const string Timeout = "grpc-timeout";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string StatusDetails = "grpc-status-details-bin";
    public const string ReservedPrefix = "grpc-";

    /// <summary>Whether a content type announces gRPC over HTTP/2: "application/grpc", then the end, "+subtype" or parameters.</summary>
    public static bool IsGrpcContentType(string? contentType) =>
        contentType == GrpcContentType
        || (contentType is not null
            && contentType.StartsWith(GrpcContentType, StringComparison.OrdinalIgnoreCase)
            && (contentType.Length == GrpcContentType.Length || contentType[GrpcContentType.Length] is '+' or ';' or ' '));

    /// <summary>Whether the protocol keeps a name for itself, so that user metadata may not use it.</summary>
    public static bool IsReserved(string name) =>
        name.StartsWith(ReservedPrefix, StringComparison.Ordinal)
            ? name != StatusDetails
            : name is ContentType or Te or "content-length" or "transfer-encoding" or "connection" or "keep-alive" or "upgrade" or "host" or "trailer";
}
