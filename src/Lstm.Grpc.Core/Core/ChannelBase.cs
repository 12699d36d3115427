namespace Grpc.Core;

/// <summary>The way to one server address; calls share its connections.</summary>
public abstract class ChannelBase
{
    /// <summary>Creates a channel.</summary>
    /// <param name="target">The address for people.</param>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>The address for people.</summary>
    public string Target { get; }

    /// <summary>Makes what generated clients call.</summary>
    /// <returns>The invoker.</returns>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel.</summary>
    /// <returns>The end of the work.</returns>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Implements <see cref="ShutdownAsync"/>.</summary>
    /// <returns>The end of the work.</returns>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
