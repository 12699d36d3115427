using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>Builds the head of a request (PROTOCOL-HTTP2, Requests).</summary>
internal static class RequestHeaders
{
    /// <summary>Metadata with this name asks for an encoding of the request's messages; it does not travel itself. The official client takes it too.</summary>
    public const string EncodingRequest = "grpc-internal-encoding-request";

    private const string Agent = "grpc-lstm/0.1";

    public static HttpRequestMessage Create(Uri address, string? host, Metadata? metadata, Metadata? credentials, DateTime? deadline, string? encoding)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var headers = request.Headers;
        if (host is not null)
            headers.Host = host;
        headers.TryAddWithoutValidation(HeaderNames.Te, "trailers");
        headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, MessageEncoding.Accepted);
        if (metadata?.Get(HeaderNames.UserAgent) is null)
            headers.TryAddWithoutValidation(HeaderNames.UserAgent, Agent);
        if (encoding is not null)
            headers.TryAddWithoutValidation(HeaderNames.Encoding, encoding);
        if (deadline is { } time && time != DateTime.MaxValue)
            headers.TryAddWithoutValidation(HeaderNames.Timeout, GrpcTimeout.Format(time.ToUniversalTime() - DateTime.UtcNow));
        Add(headers, metadata);
        Add(headers, credentials);
        return request;
    }

    public static string? First(HttpHeaders? headers, string name) =>
        headers is not null && headers.NonValidated.TryGetValues(name, out var values) && values.Count > 0 ? values.ToString() : null;

    private static void Add(HttpRequestHeaders headers, Metadata? metadata)
    {
        if (metadata is null)
            return;
        foreach (var entry in metadata)
        {
            if (entry.Key == EncodingRequest)
                continue;
            if (HeaderNames.IsReserved(entry.Key))
                throw new RpcException(new Status(StatusCode.Internal, $"The protocol keeps the metadata name '{entry.Key}' for itself: use another."));
            headers.TryAddWithoutValidation(entry.Key, MetadataValue.Encode(entry));
        }
    }
}
