using Lstm.Service.Options;

namespace Lstm.Service.Grpc;

/// <summary>
/// How much memory holds replies that their clients have not read, over all calls. A client that gives the server no window has each call's
/// reply waiting, however large: no limit of one call or one connection bounds their sum.
/// </summary>
/// <param name="options">The limit.</param>
internal sealed class UnreadReplies(GrpcOptions options) : HeldBytes(options.MaxUnreadBytes)
{
    /// <summary>What a call may have waiting without being counted: twice what a stream of steps sends in one flush, so that steps cost nothing here.</summary>
    public const int FreeBytes = 32 << 10;
}
