using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Deadline and cancellation of a served call.</summary>
internal sealed class ServerCallPropagationToken(DateTime? deadline, CancellationToken cancellationToken) : ContextPropagationToken
{
    internal override DateTime? ParentDeadline => deadline;

    internal override CancellationToken ParentCancellationToken => cancellationToken;
}
