using Lstm.Service.Options;

namespace Lstm.Service.Grpc;

/// <summary>
/// How much memory holds messages that have arrived in part, over all calls. HTTP/2 gives back its windows as bytes are looked at, so a peer
/// may have almost a whole message waiting on every stream of every connection: no limit of one message or one connection bounds their sum.
/// </summary>
/// <param name="options">The limit.</param>
internal sealed class PartialMessages(GrpcOptions options) : HeldBytes(options.MaxPartialBytes)
{
    /// <summary>What a call may hold without being counted. Steps are smaller, so they are never refused for what others hold.</summary>
    public const int FreeBytes = 64 << 10;
}
