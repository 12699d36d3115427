using System.IO.Compression;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>What all calls of one service share: its options, resolved, and the services of the layer.</summary>
internal sealed class CallSettings
{
    public required int? MaxReceiveMessageSize { get; init; }

    public required int? MaxSendMessageSize { get; init; }

    public required bool DetailedErrors { get; init; }

    public required string? ResponseEncoding { get; init; }

    public required CompressionLevel ResponseCompressionLevel { get; init; }

    public required TimeProvider Time { get; init; }

    public required GrpcServerMeter Meter { get; init; }

    public required ILogger Log { get; init; }
}
