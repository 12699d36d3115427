using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>How a call ended.</summary>
internal sealed record CallOutcome(Status Status, Metadata Trailers);
