using System.IO.Compression;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>What all calls of one service share: its options, resolved, and the services of the layer.</summary>
internal sealed record CallSettings
{
    public required int? MaxReceiveMessageSize { get; init; }

    public required int? MaxSendMessageSize { get; init; }

    public required bool DetailedErrors { get; init; }

    public required string? ResponseEncoding { get; init; }

    public required CompressionLevel ResponseCompressionLevel { get; init; }

    public required TimeProvider Time { get; init; }

    public required GrpcServerMeter Meter { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Cancelled when calls have to end because the host stops.</summary>
    public required CancellationToken ShuttingDown { get; init; }

    /// <summary>The settings of one method: a smaller [RequestSizeLimit] on it, or on its service, takes the place of the receive limit of all.</summary>
    public CallSettings Of(IEnumerable<object> metadata) =>
        metadata.OfType<IRequestSizeLimitMetadata>().LastOrDefault()?.MaxRequestBodySize is { } bytes && bytes < (MaxReceiveMessageSize ?? int.MaxValue)
            ? this with { MaxReceiveMessageSize = (int)bytes }
            : this;
}
