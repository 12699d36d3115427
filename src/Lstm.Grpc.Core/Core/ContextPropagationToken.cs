namespace Grpc.Core;

/// <summary>Carries deadline and cancellation of a call that is served to the calls made on its behalf.</summary>
public abstract class ContextPropagationToken
{
    // Only this library makes tokens: the private protected constructor keeps the members below out of the public surface.
    private protected ContextPropagationToken()
    {
    }

    internal abstract DateTime? ParentDeadline { get; }

    internal abstract CancellationToken ParentCancellationToken { get; }
}
