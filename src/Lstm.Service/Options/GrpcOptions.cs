using System.ComponentModel.DataAnnotations;

namespace Lstm.Service.Options;

/// <summary>The gRPC face, its limits and who reaches it from browsers: section Lstm:Grpc.</summary>
internal sealed class GrpcOptions
{
    /// <summary>The largest message taken, in bytes; a larger one is refused with RESOURCE_EXHAUSTED.</summary>
    [Range(1024, 1 << 30)]
    public int MaxMessageBytes { get; set; } = 1 << 20;

    /// <summary>Bytes of messages that have arrived in part, over all calls; beyond, calls that wait with more than 64 KiB are refused with QUEUE_FULL, those first that have waited longest.</summary>
    [Range(1 << 16, int.MaxValue)]
    public int MaxPartialBytes { get; set; } = 256 << 20;

    /// <summary>Bytes of replies that wait to be read, over all calls and requests; beyond, those that wait with more than 32 KiB are reset (RESOURCE_EXHAUSTED; over HTTP/1.1 the connection ends), first who has waited longest.</summary>
    [Range(1 << 16, int.MaxValue)]
    public int MaxUnreadBytes { get; set; } = 256 << 20;

    /// <summary>Sessions open on one stream at the same time; one more is refused with TOO_MANY_HANDLES.</summary>
    [Range(1, 10_000_000)]
    public int MaxHandlesPerStream { get; set; } = 10_000;

    /// <summary>Sessions in one message of steps of many sessions; more are refused with BATCH_TOO_LARGE.</summary>
    [Range(1, 1_000_000)]
    public int MaxSessionsPerMessage { get; set; } = 4096;

    /// <summary>Whether clients without a .proto file may ask what there is (grpc.reflection); else that service is UNIMPLEMENTED.</summary>
    public bool Reflection { get; set; } = true;

    /// <summary>Whether gRPC-Web is served, on both ports; browsers reach it on the HTTP port.</summary>
    public bool Web { get; set; } = true;

    /// <summary>The origins whose pages may call gRPC-Web, separated by commas; * for all. Pages of the service itself always may.</summary>
    [RegularExpression(@"\*|https?://[^/,\s*]+(,https?://[^/,\s*]+)*", ErrorMessage = "{0} has to be * or origins such as https://example.org, separated by commas, without path and trailing slash.")]
    public string WebOrigins { get; set; } = "";
}
